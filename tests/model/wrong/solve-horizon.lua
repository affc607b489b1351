server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { horizon = 0 }
--! :3: `solve.horizon`: expected a number above 0, got 0
