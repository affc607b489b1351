server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["run.duration"] = 5 } }
--! :3: a fault changes components, it cannot change `run.duration`
