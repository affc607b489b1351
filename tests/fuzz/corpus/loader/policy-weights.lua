server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = least_requests { weights = { 1, 0, "2" } } }
--! :2: `web.policy.weights[2]`: expected a number above 0, at most 1e9, got 0
--! :2: `web.policy.weights[3]`: expected a number above 0, at most 1e9, got "2"
