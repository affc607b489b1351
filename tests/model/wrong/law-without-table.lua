server "api" { service = exponential(10) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `exponential` is written exponential{rate=} or exponential{mean=}, got 10
