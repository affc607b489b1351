server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = arival_rate } }
--! :2: `arival_rate` is not defined
