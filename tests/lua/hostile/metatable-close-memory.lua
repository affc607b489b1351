local mt = {}
local t = setmetatable({}, mt)
mt.__close = function() while true do end end
local x <close> = t
local s = "x"
while true do s = s .. s end
