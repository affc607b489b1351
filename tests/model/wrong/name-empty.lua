server "" { service = 1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: a component's name is made of letters, digits, _ and -, got ""
