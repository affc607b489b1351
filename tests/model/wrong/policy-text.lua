server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = "randm" }
--! :2: `web.policy`: expected a policy, such as least_cost{cost=}, got "randm"; did you mean random?
