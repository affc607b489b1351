server "db" { service = 0.1, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["web.arrivals.rate"] = 1 }, members = 1 }
--! :3: `fault.members` goes with `crash`, `stall`, `slow` and `fail`
