server "api" { service = 1 }
client "web" { calls = "api", arrivals = trace { file = "access.log", format = "combined" } }
fault { at = 1, lasts = 1, set = { ["web.arrivals.from"] = 2 } }
--! :3: a fault can change figures and laws, but not the part of a recording that is replayed (of `web`)
