server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = bounded_hash { keys = 0, load_factor = 1, zipf = -1 } }
--! :2: `web.policy.load_factor`: expected a number above 1, got 1
--! :2: `web.policy.keys`: expected a whole number from 1 to 10000000, got 0
--! :2: `web.policy.zipf`: expected a number from 0 to 10, got -1
