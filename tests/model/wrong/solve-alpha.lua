server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { alpha = 1.5 }
--! :3: `solve.alpha`: expected a number from 0 to 1, got 1.5
