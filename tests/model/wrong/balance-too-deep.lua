model { quantum = 1 }
server "api" { service = 1, count = 3 }
local p = random
for i = 1, 20 do p = subset_of(p, 2) end
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = p }
--! :5: `web.policy`: policies are nested too deeply
