local s = ("x"):rep(200000)
local n = select("#", s:byte(1, 200000))
