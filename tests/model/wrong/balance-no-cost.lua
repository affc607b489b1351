model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = least_cost { } }
--! :3: `web.policy` lacks `cost`: expected client_in_flight, client_latency(...), reported(...) or actual(...)
