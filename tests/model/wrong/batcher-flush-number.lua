store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = 5*ms }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.flush`: expected { after=, bytes=, count=, when_idle= }, got 0.005
