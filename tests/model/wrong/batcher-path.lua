store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--@ --set p.flush.afer=1
--! --set p.flush.afer=1: `p.flush.afer` does not exist; did you mean `p.flush.after`?
