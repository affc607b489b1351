store "s3" { latency = 1, failure = 1.5 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `s3.failure`: expected a number from 0 to 1, got 1.5
