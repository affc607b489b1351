store "s3" { latency = 0.03 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `store` is not in this version
