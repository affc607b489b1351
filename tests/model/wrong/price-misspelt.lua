store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
price { per_gb = 1 }
--! :4: `per_gb` is not a field of price; did you mean `per_GB`?
