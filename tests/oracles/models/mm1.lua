-- M/M/1: Poisson arrivals, exponential service, one thread.
local lambda = param("lambda", 0.75, "arrivals per second")
local mu = param("mu", 1, "services per second of a busy thread")

run { duration = 1e6, warmup = 1000, runs = 16 }
server "api" { service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
