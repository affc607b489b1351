local fields = { service = 0.1 }
fields.threads = 0
server "api" (fields)
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :3: `api.threads`: expected a whole number of at least 1 or a distribution, got 0
