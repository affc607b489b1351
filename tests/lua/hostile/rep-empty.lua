assert(string.rep("", 1 << 62) == "")
assert((""):rep(math.maxinteger, "") == "")
