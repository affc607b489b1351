server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, network = link { rtt = 1, redraw = 0.002 } }
--! :2: `web.network.redraw` is not in this version in continuous time (`quantum` 0)
