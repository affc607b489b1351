store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
expect { ["p.retries[1]"] = "< 1" }
--! :4: `expect`: there is no metric `p.retries[1]`: `p` makes no retries
