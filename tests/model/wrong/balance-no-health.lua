model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = hot_cold { rank = client_in_flight } }
--! :3: `web.policy` lacks `health`: expected client_in_flight, client_latency(...), reported(...) or actual(...)
