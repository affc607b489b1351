store "s3" { latency = 1, calls = "p" }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `calls` is not a field of store, which is written store "name" { latency= }
