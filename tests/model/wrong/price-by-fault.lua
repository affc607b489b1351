store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
price { per_GB = 1 }
fault { at = 1, lasts = 1, set = { ["price.per_GB"] = 2 } }
--! :5: a fault changes components, it cannot change `price.per_GB`
