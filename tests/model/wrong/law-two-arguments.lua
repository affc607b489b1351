server "api" { service = constant(1, 2) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `constant` is written constant(value), got more than one argument
