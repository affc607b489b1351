server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["web.arrivals.rate"] = -95 } }
--! :3: `web.arrivals.rate`: expected a number of at least 0, got -95
