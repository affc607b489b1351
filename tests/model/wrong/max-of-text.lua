local m = max(1, "two", exponential { rate = 1 })
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `max` takes numbers and distributions, not "two"
