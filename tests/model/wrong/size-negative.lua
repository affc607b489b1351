server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, size = -500 }
--! :2: `web.size`: expected a number of at least 0 or a distribution, got -500
