server "api" { service = exponential { rate = 10 } + "1" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `+` takes numbers and distributions, not "1"
