server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { low = -0.1 }
--! :3: `solve.low`: expected a number of at least 0, below 1, got -0.1
