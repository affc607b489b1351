store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["p.ordered"] = true } }
--! :4: a fault can change figures and laws, but not `ordered` (of `p`)
