assert(tostring({}) == "table")
assert(tostring(tostring) == "function")
