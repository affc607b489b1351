local digits = ("0"):rep(1 << 24)
local n = 0
while true do n = n + digits end
