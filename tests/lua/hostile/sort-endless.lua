local t = {}
for i = 1, 500000 do t[i] = -i end
while true do table.sort(t, math.ult) end
