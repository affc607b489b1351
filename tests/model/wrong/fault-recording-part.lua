server "api" { service = 1 }
client "web" { calls = "api", arrivals = trace { file = "access.log", format = "combined" } }
fault { at = 1, lasts = 1, set = { ["web.arrivals.to"] = 1e6 } }
--! :3: a fault can change figures and laws, but not a recording (of `web`)
