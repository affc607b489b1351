server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, circuit_breaker = { failures = 0.5 } }
--! :2: `web.circuit_breaker` lacks `window`: expected a number above 0
--! :2: `web.circuit_breaker` lacks `open_for`: expected a number above 0
