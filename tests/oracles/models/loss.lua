-- M/M/c/c and M/G/c/c: threads and no queue. The loss depends on the service law through its mean alone.
local lambda = param("lambda", 8, "arrivals per second at each server")
local mean = param("mean", 1, "mean service time")
local threads = param("threads", 10, "threads, and the capacity")

run { duration = 5e4, warmup = 100, runs = 16 }
server "exponential" { threads = threads, capacity = threads, service = exponential { mean = mean } }
server "lognormal" { threads = threads, capacity = threads, service = lognormal { mean = mean, cv = 2 } }
-- The same bound by admission: as many threads again, which max_in_flight leaves idle.
server "admitted" { threads = 2 * threads, admission = max_in_flight(threads), service = erlang { k = 3, mean = mean } }
client "to-exponential" { calls = "exponential", arrivals = poisson { rate = lambda } }
client "to-lognormal" { calls = "lognormal", arrivals = poisson { rate = lambda } }
client "to-admitted" { calls = "admitted", arrivals = poisson { rate = lambda } }
-- Refused without a word: the caller learns of it by its timeout, which no service exceeds.
server "silent" { threads = threads, capacity = threads, service = constant(mean), refuse = "silent" }
client "to-silent" { calls = "silent", arrivals = poisson { rate = lambda }, timeout = 2 * mean }
