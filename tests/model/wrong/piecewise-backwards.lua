server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = piecewise { {0, 5}, {10, 3}, {5, 2} } }
--! :2: `web.arrivals[3]`: the times must increase, but 5 comes after 10
