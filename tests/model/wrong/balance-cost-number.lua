model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = least_cost { cost = 3 } }
--! :3: `web.policy.cost`: expected client_in_flight, client_latency(...), reported(...) or actual(...), got 3
