server "api" { service = exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
