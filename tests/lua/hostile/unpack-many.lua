local t = {}
while true do local n = select("#", table.unpack(t, 1, 30000)) end
