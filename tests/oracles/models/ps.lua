-- Processor sharing: the mean depends on the service law through its mean alone, and grows in proportion to a
-- request's own work; with two threads the number in the system is that of M/M/2.
local lambda = param("lambda", 0.6, "arrivals per second at each server of one thread")
local lambda2 = param("lambda2", 1.4, "arrivals per second at the server of two threads")
local share = param("share", 0.25, "share of long requests at the server of two apis")
local short = param("short", 0.5, "work of its short requests")
local long = param("long", 2.5, "work of its long ones")

run { duration = 4e5, warmup = 500, runs = 16 }
server "exponential" { discipline = "ps", service = exponential { mean = 1 } }
server "uniform" { discipline = "ps", service = uniform { min = 0, max = 2 } }
server "hyperexponential" { discipline = "ps", service = hyperexponential { { 0.2, 0.4 }, { 0.8, 1.6 } } }
server "two-sizes" { discipline = "ps", apis = { short = constant(short), long = constant(long) } }
server "two-threads" { discipline = "ps", threads = 2, service = exponential { mean = 1 } }
client "to-exponential" { calls = "exponential", arrivals = poisson { rate = lambda } }
client "to-uniform" { calls = "uniform", arrivals = poisson { rate = lambda } }
client "to-hyperexponential" { calls = "hyperexponential", arrivals = poisson { rate = lambda } }
client "to-two-sizes" {
  calls = { { 1 - share, "two-sizes.short" }, { share, "two-sizes.long" } }, arrivals = poisson { rate = lambda } }
client "to-two-threads" { calls = "two-threads", arrivals = poisson { rate = lambda2 } }
