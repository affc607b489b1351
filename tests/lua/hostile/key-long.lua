local t = {}
local a = ("x"):rep(1 << 22)
for i = 1, math.huge do t[a .. i] = true end
