server "api" { service = hyperexponential { {0.5, 1}, {0.5, 0} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `hyperexponential[2][2]`: expected a rate above 0, got 0
