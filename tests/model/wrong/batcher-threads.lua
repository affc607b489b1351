store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms }, threads = 5 }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `threads` is not a field of batcher, which is written batcher "name" { target=, flush= }
