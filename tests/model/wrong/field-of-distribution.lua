server "api" { service = exponential { raet = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `raet` is not a field of exponential; did you mean `rate`?
