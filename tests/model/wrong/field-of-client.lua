server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, retires = 3 }
--! :2: `retires` is not a field of client; did you mean `retries`?
