model { title = "a" }
model { title = "b" }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: `model` is given twice, first on line 1
