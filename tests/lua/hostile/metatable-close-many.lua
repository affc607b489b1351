local mt = {}
local t = setmetatable({}, mt)
mt.__close = function() while true do end end
local function f(n)
  local a <close>, b, c = t, n, n
  return 1 + f(n + 1)
end
f(1)
