store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = {} }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.flush` needs `after` or `when_idle`: else the last requests would wait for ever
