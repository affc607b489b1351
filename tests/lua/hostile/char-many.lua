local t = {}
for i = 1, 30000 do t[i] = 65 end
while true do local s = string.char(table.unpack(t)) end
