server "api" { service = "fast" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.service`: expected a number of at least 0 or a distribution, got "fast"
