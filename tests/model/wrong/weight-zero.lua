server "api" { service = 0.1 }
client "web" { calls = { {0, "api"}, {1, "api"} }, arrivals = poisson { rate = 1 } }
--! :2: `web.calls[1][1]`: expected a weight above 0, got 0
