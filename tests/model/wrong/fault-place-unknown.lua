server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "apy" }
--! :3: `fault.crash`: there is no server `apy`; did you mean `api`?
