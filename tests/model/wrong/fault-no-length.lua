server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 0, crash = "api" }
--! :3: `fault.lasts`: expected a number above 0 or a distribution, got 0
