local t = nil
server "api" { service = t.x }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: attempt to index a nil value (local 't')
