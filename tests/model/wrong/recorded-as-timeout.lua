server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, timeout = recorded() }
--! :2: `web.timeout`: recorded() is the service time of a server, it has no meaning here
