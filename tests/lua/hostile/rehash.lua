local t = {}
for i = 1, 1 << 20 do t[i] = i end
local k = 0
while true do
  k = k + 0.5
  t[-k] = 1
  t[-k] = nil
end
