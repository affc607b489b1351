model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = least_cost { cost = client_in_flight, choices = 0 } }
--! :3: `web.policy.choices`: expected a whole number from 1 to 1000000, got 0
