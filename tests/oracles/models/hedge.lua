-- Hedged requests where nobody ever waits: after `delay` a second copy runs beside the first.
local lambda = param("lambda", 5, "requests per second")
local mu = param("mu", 1, "1 / mean service time")
local delay = param("delay", 0.8, "the copy is sent after that long without an answer")

run { duration = 2e4, warmup = 50, runs = 16 }
server "api" { threads = 1000, service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda }, hedge = { delay = delay } }
