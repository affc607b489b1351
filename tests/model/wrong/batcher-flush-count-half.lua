store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms, count = 1.5 } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.flush.count`: expected a whole number from 1 to 1000000000, got 1.5
