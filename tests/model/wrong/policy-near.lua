server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = "peak_ewm" }
--! :2: `web.policy`: expected a policy, such as least_cost{cost=}, got "peak_ewm"; did you mean peak_ewma?
