store "s3" { latency = 1, per_byte = -1 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `s3.per_byte`: expected a number of at least 0, got -1
