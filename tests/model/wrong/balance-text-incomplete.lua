model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = "least_cost" }
--! :3: `web.policy`: expected a policy, such as least_cost{cost=}, got "least_cost"
