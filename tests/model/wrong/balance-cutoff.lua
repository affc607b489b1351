model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = hot_cold { rank = client_in_flight, health = reported(in_flight), cutoff = 80 } }
--! :3: `web.policy.cutoff`: expected a number from 0 to 1, got 80
