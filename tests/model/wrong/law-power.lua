server "api" { service = exponential { rate = 10 } ^ 2 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: distributions and drawn parameters take part in + - * / max min round floor ceil only
