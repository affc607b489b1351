store "s3" { latency = 30*ms }
store "s4" { latency = 1 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, set = { ["p.target"] = "s4" } }
--! :5: a fault can change figures and laws, but not whom it calls (of `p`)
