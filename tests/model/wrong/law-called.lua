local d = exponential { rate = 1 }
local e = d(3)
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: exponential cannot be called
