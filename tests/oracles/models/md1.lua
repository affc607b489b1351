-- M/D/1: every service takes the same time.
local lambda = param("lambda", 0.7, "arrivals per second")
local service = param("service", 1, "service time")

run { duration = 5e5, warmup = 500, runs = 16 }
server "api" { service = constant(service) }
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
