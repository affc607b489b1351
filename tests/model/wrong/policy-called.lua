server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
local x = random()
--! :3: random cannot be called
