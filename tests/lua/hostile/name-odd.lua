local t = setmetatable({}, {__name = 5})
assert(tostring(t) == "table")
local u = setmetatable({}, {__name = "a\27[0mb"})
local x = u + 1
