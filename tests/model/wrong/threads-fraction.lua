server "api" { service = 0.1, threads = 2.5 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.threads`: expected a whole number of at least 1 or a distribution, got 2.5
