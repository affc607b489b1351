local rate = param("rate", 8)
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set rat=9
--! --set rat=9: there is no parameter or component `rat`; did you mean `rate`?
