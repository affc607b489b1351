server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = success_latency { decy = 3 } }
--! :2: `decy` is not a field of success_latency; did you mean `decay`?
