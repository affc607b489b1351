local s = ("a"):rep(1 << 20)
local p = ("a"):rep(1 << 19) .. "b"
while true do s:find(p, 1, true) end
