server "api" { service = per_member(constant(-1), function(x) return exponential { mean = x } end) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: exponential: mean must be positive and finite, got -1
