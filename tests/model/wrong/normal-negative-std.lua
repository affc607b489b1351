server "api" { service = normal { mean = 1, std = -1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `normal.std`: expected a number of at least 0, got -1
