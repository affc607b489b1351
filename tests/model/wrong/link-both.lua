server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, network = link { rtt = 1, one_way = 1 } }
--! :2: `web.network`: a link takes `rtt` or `one_way`, not both
