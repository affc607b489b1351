server "api" { service = mixture { {0, 5}, {0, 3} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: mixture: weights must have a positive, finite sum, got 0
