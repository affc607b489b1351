-- A birth and death queue: up to five requests all are admitted, from there to capacity half of them.
local lambda = param("lambda", 2.5, "arrivals per second")
local mu = param("mu", 1, "services per second of a busy thread")
local threads = param("threads", 2, "threads")
local capacity = param("capacity", 10, "most requests in the system")
local above = param("above", 0.55, "share of the capacity from which on only some are admitted")
local admit = param("admit", 0.5, "share of those")

run { duration = 4e5, warmup = 500, runs = 16 }
server "api" {
  threads = threads, capacity = capacity, service = exponential { rate = mu },
  admission = throttle { above = above, admit = admit } }
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
