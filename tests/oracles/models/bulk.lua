-- Service in bulk: one at a time, exponential, of all who wait but at most `k`. See test_batching.py.
local rate = param("rate", 2.4)
local mu = param("mu", 1)
local k = param("k", 4)
store "store" { latency = exponential { rate = mu } }
batcher "batcher" { target = "store", flush = { when_idle = true, count = k }, in_flight = 1 }
client "web" { calls = "batcher", arrivals = poisson { rate = rate } }
