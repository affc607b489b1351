server "api" { service = 0.1, colour = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `colour` is not a field of server, which is written server "name" { service= }
