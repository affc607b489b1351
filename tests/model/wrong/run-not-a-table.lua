server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run (5)
--! :3: `run` is written run{duration=, warmup=, drain=, runs=, seed=, kind=}, got 5
