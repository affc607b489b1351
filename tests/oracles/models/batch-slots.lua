-- Batches of one: M/M/c, also where a failed batch keeps its slot and is sent again at once, for a geometric number of
-- exponential times is one exponential time. See test_batching.py.
local rate = param("rate", 2.4)
local mu = param("mu", 1)
local c = param("c", 4)
local failure = param("failure", 0)
store "store" { latency = exponential { rate = mu }, failure = failure }
batcher "batcher" { target = "store", flush = { when_idle = true, count = 1 }, in_flight = c, retries = 1000000 }
client "web" { calls = "batcher", arrivals = poisson { rate = rate } }
