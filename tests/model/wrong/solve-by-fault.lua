server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["solve.low"] = 0.2 } }
--! :3: a fault changes components, it cannot change `solve.low`
