server "api" { servce = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `servce` is not a field of server; did you mean `service`?
