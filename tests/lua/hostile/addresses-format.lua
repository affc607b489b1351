assert(("%s %s"):format({}, error) == "table function")
local s = ("%p"):format({})
