server "api" { service = phase_type { alpha = {1, 0}, T = { {-1, 1} } } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
