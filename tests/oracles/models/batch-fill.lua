-- Requests of one byte fill batches: a batch leaves when it has `limit` bytes or `after` its first request, and there
-- is always a slot. See test_batching.py.
local rate = param("rate", 10)
local limit = param("limit", 50)
local after = param("after", 2)
local latency = param("latency", 0.5)
local random = param("random", 0)
store "store" { latency = random == 1 and exponential { mean = latency } or latency }
batcher "batcher" { target = "store", flush = { after = after, bytes = limit } }
client "web" { calls = "batcher", arrivals = poisson { rate = rate }, size = 1 }
