server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, crash = "api", stall = "api" }
--! :3: a fault does one thing, this one has `crash` and `stall`: write two faults
