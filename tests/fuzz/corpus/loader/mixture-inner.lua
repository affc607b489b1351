server "api" { service = mixture { {1, exponential { rate = -1 } } } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
