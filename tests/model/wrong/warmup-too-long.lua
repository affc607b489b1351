server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { duration = 100, warmup = 100 }
--! :3: `run.warmup`: expected less than the duration, 100, got 100
