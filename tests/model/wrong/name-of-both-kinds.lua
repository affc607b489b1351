server "api" { service = 0.1 }
client "api" { calls = "api", arrivals = poisson { rate = 1 } }
--! :2: the name `api` is taken, by the server on line 1
