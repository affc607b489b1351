server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { horizon = 60 }
--! :3: `solve` is not in this version
