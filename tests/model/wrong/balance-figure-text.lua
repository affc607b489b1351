model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = weighted { cost = reported("in_flight") } }
--! :3: `web.policy.cost.of`: expected in_flight, utilization(...), latency(...) or another figure that servers report, got "in_flight"
