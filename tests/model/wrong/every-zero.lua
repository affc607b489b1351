server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = every(0) }
--! :2: `web.arrivals.interval`: expected a number above 0 or a distribution, got 0
