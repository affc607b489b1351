store "s3" { latency = 30*ms }
batcher "p" { target = "s4", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.target`: there is no server `s4`; did you mean `s3`?
