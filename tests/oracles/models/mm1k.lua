-- M/M/1/K: one thread, at most K requests in the system.
local lambda = param("lambda", 0.9, "arrivals per second")
local mu = param("mu", 1, "services per second")
local capacity = param("capacity", 10, "most requests in the system")

run { duration = 4e5, warmup = 500, runs = 16 }
server "api" { capacity = capacity, speed = 2, service = exponential { rate = mu / 2 } } -- twice as fast as it says
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
