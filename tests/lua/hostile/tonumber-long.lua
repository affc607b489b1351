local digits = ("1"):rep(1 << 24)
while true do local n = tonumber(digits) end
