server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { arrivals = 3 }
--! :3: `solve.arrivals`: expected "conserved" or "original", got 3
