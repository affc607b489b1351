server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = least_requests { weights = 3 } }
--! :2: `web.policy.weights`: expected a list of numbers above 0, got 3
