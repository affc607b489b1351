server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["web.arrivals.rat"] = 95 } }
--! :3: `web.arrivals.rat` does not exist; did you mean `web.arrivals.rate`?
