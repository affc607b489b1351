model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = weighted { cost = actual(available_capacity("mean")) } }
--! :3: `web.policy.cost.available_capacity` lacks `rate`: expected "latest", "mean" or "ewma"
