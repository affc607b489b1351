store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
price { per_1000_requests = -1 }
--! :4: `price.per_1000_requests`: expected a number of at least 0, got -1
