server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, slow = "api" }
--! :3: a fault with `slow` needs `by`, the factor
