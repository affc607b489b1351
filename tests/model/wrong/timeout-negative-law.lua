server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, timeout = uniform { min = -1, max = 1 } }
--! :2: `web.timeout`: expected a number above 0 or a distribution, but a draw of this law can be -1
