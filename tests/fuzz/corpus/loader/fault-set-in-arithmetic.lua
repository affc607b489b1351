server "api" { service = 1 + exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["api.service.rate"] = 5 } }
