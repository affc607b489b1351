store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
expect { ["p.batch.size"] = "< 1", ["p.batch.request.mean"] = "< 1", ["p.utilization.mean"] = "< 1" }
--! :4: `expect`: there is no metric `p.batch.request.mean`; did you mean `p.batch.requests.mean`?
--! :4: `expect`: there is no metric `p.batch.size`; did you mean `p.flush.size`?
--! :4: `expect`: there is no metric `p.utilization.mean`
