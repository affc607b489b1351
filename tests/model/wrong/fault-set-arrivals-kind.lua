server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["web.arrivals"] = every(1) } }
--! :3: a fault can change figures and laws, but not the kind of arrivals (of `web`)
