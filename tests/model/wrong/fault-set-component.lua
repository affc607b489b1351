server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["wep.arrivals.rate"] = 95 } }
--! :3: there is no parameter or component `wep`; did you mean `web`?
