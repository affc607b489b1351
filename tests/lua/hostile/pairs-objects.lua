local t = {[{}] = 1, x = 2}
for k in pairs(t) do end
