server "api" { service = exponential { rate = 10, mean = 0.1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: exponential takes one of `rate` and `mean`, not both: it is written exponential{rate=} or exponential{mean=}
