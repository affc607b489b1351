server "api" { service = 0.1, threads = uniform { min = -3, max = 3 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.threads`: expected a whole number of at least 1 or a distribution, but a draw of this law can be -3
