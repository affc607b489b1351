server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = "web.arrivals.rate" }
--! :3: `fault.set`: expected { ["path"] = value }, got "web.arrivals.rate"
