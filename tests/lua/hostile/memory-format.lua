local s = ("x"):rep(1 << 24)
local u = s
while true do u = ("%s%s%s%s"):format(u, u, u, u) end
