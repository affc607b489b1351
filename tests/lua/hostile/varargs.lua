local function f(...)
  while true do local a, b = ... end
end
local t = {}
f(table.unpack(t, 1, 30000))
