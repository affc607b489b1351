server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { horizon = 5 }
--! :3: `solve`: `step` is at most `horizon`, got 10 and 5
