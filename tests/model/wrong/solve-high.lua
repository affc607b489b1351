server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { high = 1 }
--! :3: `solve.high`: expected a number above 0, below 1, got 1
