server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, scale = { ["web.arrivals.rate"] = -2 } }
--! :3: `fault.scale`: expected a factor of at least 0 for `web.arrivals.rate`, got -2
