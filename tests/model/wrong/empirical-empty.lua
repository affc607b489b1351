server "api" { service = empirical { values = {} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: empirical: at least one value is needed, got 0
