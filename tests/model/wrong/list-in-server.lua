server "api" { service = 0.1, 5, 6 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: server has no list, it is written server "name" { service= }
