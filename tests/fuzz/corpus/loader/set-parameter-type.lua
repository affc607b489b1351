--set rate=fast
local rate = param("rate", 8)
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
