server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = least_cost { cost = client_in_flight, choices = 2 } }
--! :2: `web.policy`: least_cost is not in this version in continuous time (`quantum` 0)
