store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { bytes = 1*MiB, count = 10 } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.flush` needs `after` or `when_idle`: else the last requests would wait for ever
