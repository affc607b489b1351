store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms }, hedge = { after = 0.3 } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.hedge.after`: expected a number of at least 0.5, below 1, got 0.3
