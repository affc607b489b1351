server "api" { service = 0.1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: the name `api` is taken, by the server on line 1
