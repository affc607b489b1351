server { service = 1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `server` is written server "name" { service= }, got a table instead of a name
