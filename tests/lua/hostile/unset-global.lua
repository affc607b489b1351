local x = rawget(_G, "x")
assert(x == nil)
local y = _G.some_thing_else
