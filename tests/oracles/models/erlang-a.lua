-- Erlang-A, M/M/c+M: callers with exponential patience, who leave the queue when it is over. Patience goes on during
-- service: an answer may come too late, but service is not interrupted.
local lambda = param("lambda", 5, "arrivals per second: more than the threads can do")
local mu = param("mu", 1, "services per second of a busy thread")
local theta = param("theta", 0.4, "1 / mean patience")
local threads = param("threads", 4, "threads")

run { duration = 1e5, warmup = 200, runs = 16 }
server "api" { threads = threads, service = exponential { rate = mu } }
client "web" {
  calls = "api", arrivals = poisson { rate = lambda }, timeout = exponential { rate = theta }, cancel = true }
