server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set solve.low=0.95
--! --set solve.low=0.95: `solve`: `low` must be below `high`, got 0.95 and 0.9
