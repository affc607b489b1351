server "api" { service = mixture { {-1, 5}, {1, 3} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `mixture[1][1]`: expected a weight of at least 0, got -1
