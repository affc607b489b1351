store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
price(5)
--! :4: `price` is written price{per_1000_requests=, per_GB=}, got 5
