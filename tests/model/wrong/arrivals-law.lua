server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = exponential { rate = 8 } }
--! :2: `web.arrivals`: expected an arrival process, such as poisson{rate=}, got exponential
