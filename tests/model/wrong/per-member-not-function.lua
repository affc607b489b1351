server "api" { service = per_member(exponential { mean = 1 }, 3) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `per_member` is written per_member(law, function(x) return law of x end), got 3
