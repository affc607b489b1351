server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, retries = 3 }
fault { at = 1, lasts = 1, scale = { ["web.retries"] = 0.5 } }
