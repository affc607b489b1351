store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 1 }, sample_every = 1 }
batcher "q" { target = "s3", flush = { after = 1 }, sample_every = 1 }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :3: `q.sample_every`: `p` has it already, and the metrics `original.*` have room for one batcher
