local t = {}
for i = 1, 100 do t[i] = i end
for k in pairs(t) do
  t[k] = nil
  t[k + 1] = nil
  t["new" .. k] = 1
end
local n = 0
for k in pairs(t) do n = n + 1 end
assert(n == 50)
