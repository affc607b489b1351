srver "api" { service = 1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `srver` is not defined; did you mean `server`?
