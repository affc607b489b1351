server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve(60)
--! :3: `solve` is written solve{horizon=, step=, low=, high=}, got 60
