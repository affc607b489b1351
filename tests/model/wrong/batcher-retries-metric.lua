store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms }, retries = 3 }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
expect { ["p.retries[0]"] = "< 1" }
expect { ["p.retries[4]"] = "< 1" }
--! :4: `expect`: there is no metric `p.retries[0]`: `p` has the retries 1 to 3
--! :5: `expect`: there is no metric `p.retries[4]`: `p` has the retries 1 to 3
