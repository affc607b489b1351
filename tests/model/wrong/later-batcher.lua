batcher "persistence" { target = "s3" }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `batcher` is not in this version
