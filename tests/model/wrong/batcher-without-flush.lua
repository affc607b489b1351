store "s3" { latency = 30*ms }
batcher "p" { target = "s3" }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p` lacks `flush`: expected { after=, bytes=, count=, when_idle= }
