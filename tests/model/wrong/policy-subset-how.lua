server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = caller_subset(random, { size = 3, how = "determined" }) }
--! :2: `web.policy.how`: expected "random", "deterministic" or "aperture", got "determined"
