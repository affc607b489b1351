server "api" { service = 0.1, count = 1e12 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.count`: expected a whole number from 1 to 1000000, got 1000000000000
