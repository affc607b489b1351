server "api" { service = 0.1, count = 2, replace = { rate = -1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.replace.rate`: expected a number of at least 0, got -1
