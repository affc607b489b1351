server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "times.csv", rate_factor = 0 } }
--! :2: `web.arrivals.rate_factor`: expected a number above 0, got 0
