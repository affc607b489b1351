server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = closed { population = 5 } }
--! :2: `web.arrivals` lacks `think`: expected a number of at least 0 or a distribution
