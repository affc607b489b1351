server "api" { service = recorded() }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: `web` calls `api`, whose work is recorded(), but its arrivals are not a trace
