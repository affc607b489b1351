local t = setmetatable({}, {__tostring = function() while true do end end})
local s = ("%s"):format(t)
