local s = ("("):rep(1 << 20)
for _ in s:gmatch("%b()") do end
