server "api" { service = 0.1, join = true }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.join`: no server forwards to it, so there is nothing to join
