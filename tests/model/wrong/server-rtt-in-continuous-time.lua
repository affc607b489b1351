server "api" { service = 1, rtt = 2 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, network = link { rtt = server_rtt } }
--! :2: `web.network.rtt`: server_rtt is not in this version in continuous time (`quantum` 0)
