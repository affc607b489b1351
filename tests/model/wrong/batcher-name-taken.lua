store "s3" { latency = 30*ms }
batcher "s3" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "s3", arrivals = poisson { rate = 8 } }
--! :2: the name `s3` is taken, by the store on line 1
