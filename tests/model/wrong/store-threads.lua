store "s3" { latency = 1, threads = 5 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `threads` is not a field of store, which is written store "name" { latency= }
