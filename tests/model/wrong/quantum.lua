model { quantum = 1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: discrete time (`quantum` above 0) is not in this version
