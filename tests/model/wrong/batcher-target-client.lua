store "s3" { latency = 30*ms }
batcher "p" { target = "c", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.target`: `c` is a client; only servers can be called
