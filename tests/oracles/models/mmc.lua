-- M/M/c: several threads behind one queue.
local lambda = param("lambda", 4, "arrivals per second")
local mu = param("mu", 1, "services per second of a busy thread")
local threads = param("threads", 5, "threads")

run { duration = 4e5, warmup = 500, runs = 16 }
server "api" { threads = threads, service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
