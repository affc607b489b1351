model { quantum = -1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `model.quantum`: expected a number of at least 0, got -1
