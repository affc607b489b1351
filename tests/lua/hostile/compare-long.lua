local a = ("x"):rep(1 << 24)
local b = a .. "a"
local c = a .. "b"
local n = 0
while true do
  if b < c then n = n + 1 end
end
