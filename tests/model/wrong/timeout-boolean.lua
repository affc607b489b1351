server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, timeout = true }
--! :2: `web.timeout`: expected a number above 0 or a distribution, got true
