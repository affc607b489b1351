model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = weighted { cost = reported(utilization("median")) } }
--! :3: `web.policy.cost.utilization.of`: "median" is not known; did you mean "mean"?
