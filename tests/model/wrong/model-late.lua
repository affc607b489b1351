server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
model { title = "a" }
--! :3: `model` comes before the components, the first of which is on line 1
