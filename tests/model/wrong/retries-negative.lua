server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, retries = -1 }
--! :2: `web.retries`: expected a whole number from 0 to 1000000000, got -1
