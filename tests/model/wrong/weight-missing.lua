server "api" { service = 0.1 }
client "web" { calls = { "api", "api" }, arrivals = poisson { rate = 1 } }
--! :2: `web.calls[1]`: expected {weight, "server"}, got "api"
--! :2: `web.calls[2]`: expected {weight, "server"}, got "api"
