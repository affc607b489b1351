server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, circuit_breaker = { failures = 50, window = 10, open_for = 5 } }
--! :2: `web.circuit_breaker.failures`: expected a number above 0, at most 1, got 50
