server "api" { service = 1 + exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["api.service.rate"] = 5 } }
--! :3: `api.service.rate` does not exist: a number inside arithmetic has no path; make it a `param`, or set `api.service` as a whole
