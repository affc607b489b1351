server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { metastable_factor = 0 }
--! :3: `solve.metastable_factor`: expected a number of at least 1, got 0
