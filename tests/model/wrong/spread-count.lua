server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = spread { count = 0.5, over = 10 } }
--! :2: `web.arrivals.count`: expected a whole number from 1 to 1000000000000, got 0.5
