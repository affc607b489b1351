local mt = {}
local t = setmetatable({}, mt)
mt.__close = function()
  local x <close> = t
  while true do end
end
local x <close> = t
while true do end
