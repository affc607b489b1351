store "s3" { latency = 0 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = closed { population = 3, think = 0 } }
--! :3: `c` thinks no time and the work of `p` takes none: time would stand still
