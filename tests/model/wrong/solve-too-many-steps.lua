server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { horizon = 1e6, step = 1 }
--! :3: `solve`: at most 100000 times `step` lie in `horizon`, got 1 and 1e+06
