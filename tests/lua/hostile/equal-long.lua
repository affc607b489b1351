local a = ("x"):rep(1 << 24)
local b = a .. "a"
local c = a .. "a"
while b == c do end
