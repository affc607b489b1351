local s = ("x"):rep(1 << 20)
local u = s:gsub("x", s)
