server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { seed = 1.5 }
--! :3: `run.seed`: expected a whole number from 0 to 9007199254740992, got 1.5
