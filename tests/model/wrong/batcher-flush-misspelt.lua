store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms, byte = 1 } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `byte` is not a field of flush; did you mean `bytes`?
