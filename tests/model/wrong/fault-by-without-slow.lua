server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "api", by = 2 }
--! :3: `fault.by` goes with `slow`
