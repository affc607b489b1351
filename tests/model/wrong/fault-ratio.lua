server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, fail = "api", ratio = 2 }
--! :3: `fault.ratio`: expected a number from 0 to 1, got 2
