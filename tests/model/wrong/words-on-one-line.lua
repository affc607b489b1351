server "a" { service = exponential { rate = -1 } } server "b" { service = exponential { rate = -2 } }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: `exponential.rate`: expected a number above 0, got -1
--! :1: `exponential.rate`: expected a number above 0, got -2
