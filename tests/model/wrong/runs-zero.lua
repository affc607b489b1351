server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { runs = 0 }
--! :3: `run.runs`: expected a whole number from 1 to 1000000, got 0
