string.rep = nil
table = nil
error = 5
math.floor = 7
setmetatable = nil
local s = ("x"):rep(2)
