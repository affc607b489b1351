store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms, bytes = 0 } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.flush.bytes`: expected a number above 0, got 0
