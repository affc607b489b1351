server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 1/0 } }
--! :2: `web.arrivals.rate`: expected a number of at least 0, got inf
