--set api.threads=0
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
