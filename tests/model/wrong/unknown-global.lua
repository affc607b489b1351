server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = pisson { rate = 8 } }
--! :2: `pisson` is not defined; did you mean `poisson`?
