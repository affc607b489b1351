server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = closed { population = 0, think = 1 } }
--! :2: `web.arrivals.population`: expected a whole number from 1 to 10000000, got 0
