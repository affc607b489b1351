local s = ("x"):rep(1 << 24)
local t = {}
for i = 1, 100 do t[i] = s end
local u = table.concat(t)
