store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, slow = "p", by = 2 }
--! :4: `fault.slow`: `p` is a batcher, which does no work of its own; slow what it sends to, or stall it
