server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { kind = "transient" }
--! :3: `run.kind`: expected "steady" or "terminating", got "transient"
