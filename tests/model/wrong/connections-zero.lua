server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, connections = 0 }
--! :2: `web.connections`: expected a whole number from 1 to 1000000000, got 0
