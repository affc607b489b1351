server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "api", members = 1 }
--! :3: `fault.members` needs the name of a pool
