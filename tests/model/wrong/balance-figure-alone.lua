model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = weighted { cost = in_flight } }
--! :3: `web.policy.cost`: expected client_in_flight, client_latency(...), reported(...) or actual(...), got in_flight
