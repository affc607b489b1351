local d = exponential { rate = 10 }
d.rate = 5
server "api" { service = d }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: exponential cannot be changed once it is made
