server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { timeout_tail = "chebychev" }
--! :3: `solve.timeout_tail`: "chebychev" is not known; did you mean "chebyshev"?
