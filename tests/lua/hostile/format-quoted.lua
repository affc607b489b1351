local s = ("\0"):rep(1 << 24)
while true do local q = ("%q"):format(s) end
