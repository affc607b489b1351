local t = {}
for i = 1, math.huge do
  t[i] = ("x"):rep(1 << 24, "") .. i
end
