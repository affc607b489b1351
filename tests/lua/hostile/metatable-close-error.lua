local mt = {}
local t = setmetatable({}, mt)
mt.__close = function() error({}) end
local x <close> = t
while true do end
