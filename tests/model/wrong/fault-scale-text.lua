server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, scale = { ["web.calls"] = 2 } }
--! :3: `web.calls` is not a number or a distribution and cannot be scaled
