server "api" { service = exponential { rate = 10 } / 0 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: a distribution can be multiplied by finite numbers only, and not divided by 0
