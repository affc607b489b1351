server "api" { service = exponential { rate = 0 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `exponential.rate`: expected a number above 0, got 0
