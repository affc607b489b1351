server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "api[0]" }
--! :3: `fault.crash`: `api` is not a pool, it has no members
