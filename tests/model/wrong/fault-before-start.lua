server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = -1, crash = "api" }
--! :3: `fault.at`: expected a number of at least 0, got -1
