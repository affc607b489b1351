server "db" { service = 1, forward = { { "api", hedge = { after = 0.9 } } } }
server "api" { service = 0.1 }
client "web" { calls = "db", arrivals = poisson { rate = 1 } }
--! :1: `hedge` is not a field of stage, which is written { "server", timeout=, retries= }
