server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
error("no such luck")
--! :3: no such luck
