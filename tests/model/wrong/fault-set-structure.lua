server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["api.count"] = 5 } }
--! :3: a fault can change figures and laws, but not the size of a pool (of `api`)
