server "api" { service = exponential { rate = 10 } * gamma { shape = 1, scale = 1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: a distribution can be multiplied by a number, not by a distribution
