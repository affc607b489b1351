store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
expect { ["s3.cost.per_month"] = "< 1" }
--! :4: `expect`: there is no metric `s3.cost.per_month`; did you mean `s3.bytes.per_month`?
