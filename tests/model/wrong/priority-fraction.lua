server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, priority = 0.5 }
--! :2: `web.priority`: expected a whole number from -1000000000 to 1000000000, got 0.5
