server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = piecewise { {0, -5} } }
--! :2: `web.arrivals[1][2]`: expected a rate of at least 0, got -5
