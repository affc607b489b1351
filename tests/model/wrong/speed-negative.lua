server "api" { service = 0.1, speed = -1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.speed`: expected a number above 0, got -1
