local t = {}
t[1 << 40] = 1
t[math.maxinteger] = 1
t[math.mininteger] = 1
assert(#t == 0)
for i = 1, 100 do t[i] = i end
t[50] = nil
local n = #t
assert(t[n] ~= nil and t[n + 1] == nil)
