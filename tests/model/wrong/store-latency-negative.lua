store "s3" { latency = -1 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `s3.latency`: expected a number of at least 0 or a distribution, got -1
