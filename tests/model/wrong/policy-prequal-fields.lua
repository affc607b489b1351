server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = prequal { pool = 1, probes = 0, cutoff = 1.5, age = -1 } }
--! :2: `web.policy.pool`: expected a whole number from 2 to 10000, got 1
--! :2: `web.policy.probes`: expected a number above 0, got 0
--! :2: `web.policy.age`: expected a number above 0, got -1
--! :2: `web.policy.cutoff`: expected a number from 0 to 1, got 1.5
