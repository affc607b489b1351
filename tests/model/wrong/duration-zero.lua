server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { duration = 0 }
--! :3: `run.duration`: expected a number above 0, got 0
