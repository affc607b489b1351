server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { warmup = 10 }
fault { at = 1, lasts = 1, crash = "api" }
--! :3: `run.warmup`: a terminating run has none (a fault, trace, piecewise or spread arrivals make it one; or give kind = "steady")
