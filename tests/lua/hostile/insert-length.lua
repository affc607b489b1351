local t = setmetatable({}, {__len = function() return math.maxinteger end})
table.insert(t, 1, 5)
assert(rawlen(t) == 1)
table.sort(t)
