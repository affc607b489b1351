server "api" { service = exponential { } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: exponential takes `rate` or `mean`: it is written exponential{rate=} or exponential{mean=}
