server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = least_cost { cost = client_in_flight, choices = 2 } }
--! :2: `least_cost` is not in this version
--! :2: `client_in_flight` is not in this version
