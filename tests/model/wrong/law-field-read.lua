local d = exponential { rate = 10 }
server "api" { service = d.rate }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: the fields of exponential cannot be read
