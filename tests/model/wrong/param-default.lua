local a = param("rate")
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `param` is written param("name", default, "what it is"), with a number, a text, true or false as the default
