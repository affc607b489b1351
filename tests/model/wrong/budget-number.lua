server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, retry_budget = 5 }
--! :2: `web.retry_budget`: expected token_bucket{capacity=, rate=}, got 5
