server "api" { service = 1 / exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: one cannot divide by a distribution
