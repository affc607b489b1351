local s = ("a"):rep(1 << 20)
local set = "[" .. ("b"):rep(1 << 20) .. "]"
s:find(set)
