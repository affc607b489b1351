server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
server "db" (5)
--! :3: `server` is written server "name" { service= }, got 5 after the name
