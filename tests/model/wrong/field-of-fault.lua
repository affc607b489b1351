server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 2, crsh = "api" }
--! :3: `crsh` is not a field of fault; did you mean `crash`?
