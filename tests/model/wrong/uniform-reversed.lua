server "api" { service = uniform { min = 2, max = 1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: uniform: max must not be below min, got 1
