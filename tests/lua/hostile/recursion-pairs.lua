local t
t = setmetatable({}, {__pairs = function() return pairs(t) end})
pairs(t)
