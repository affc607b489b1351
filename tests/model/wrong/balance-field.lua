model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = least_cost { costs = client_in_flight } }
--! :3: `costs` is not a field of least_cost; did you mean `cost`?
