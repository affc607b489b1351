server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set api.threads=0
--! --set api.threads=0: `api.threads`: expected a whole number of at least 1 or a distribution, got 0
