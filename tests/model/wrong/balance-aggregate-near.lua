model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = weighted { cost = reported(capacity("mean", "maen")) } }
--! :3: `web.policy.cost.capacity.rate`: "maen" is not known; did you mean "mean"?
