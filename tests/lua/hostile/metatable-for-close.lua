local mt = {}
local t = setmetatable({}, mt)
mt.__close = function() while true do end end
for i in function() return nil end, nil, nil, t do end
