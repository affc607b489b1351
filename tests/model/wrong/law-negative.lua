server "api" { service = exponential { rate = 10 } - 1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.service`: expected a number of at least 0 or a distribution, but a draw of this law can be -1
