server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
server "db"
--! :3: server "db" lacks its table: it is written server "name" { service= }
