store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms }, inflight = 5, order = true }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `inflight` is not a field of batcher; did you mean `in_flight`?
--! :2: `order` is not a field of batcher, which is written batcher "name" { target=, flush= }
