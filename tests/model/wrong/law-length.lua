local d = exponential { rate = 1 }
local n = #d
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: exponential has no length
