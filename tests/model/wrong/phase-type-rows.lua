server "api" { service = phase_type { alpha = {1, 0}, T = { {-1, 2}, {0, -1} } } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: phase_type: row 1 of T must not sum to more than 0, got 1
