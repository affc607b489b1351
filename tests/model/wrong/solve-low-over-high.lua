server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { low = 0.5, high = 0.5 }
--! :3: `solve`: `low` must be below `high`, got 0.5 and 0.5
