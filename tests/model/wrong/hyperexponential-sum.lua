server "api" { service = hyperexponential { {0.5, 1}, {0.6, 2} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: hyperexponential: probabilities must sum to 1, got 1.1
