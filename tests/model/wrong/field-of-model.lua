model { titel = "x" }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `titel` is not a field of model; did you mean `title`?
