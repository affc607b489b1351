local t = {}
t.__newindex = t
setmetatable(t, t)
t.x = 1
