store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "p[0]" }
--! :4: `fault.crash`: `p` is not a pool, it has no members
