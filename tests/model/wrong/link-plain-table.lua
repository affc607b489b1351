server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, network = { rtt = 1 } }
--! :2: `web.network`: expected link{rtt=}, got a table
