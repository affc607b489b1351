server "api" { service = 1, [true] = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: true cannot name a field
