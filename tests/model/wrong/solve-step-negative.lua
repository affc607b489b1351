server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { step = -1 }
--! :3: `solve.step`: expected a number above 0, got -1
