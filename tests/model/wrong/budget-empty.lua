server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, retry_budget = token_bucket { capacity = 0, rate = 1 } }
--! :2: `web.retry_budget.capacity`: expected a number of at least 1, got 0
