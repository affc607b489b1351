model { time_unit = "tick" }
store "s3" { latency = 30 }
batcher "p" { target = "s3", flush = { after = 5 } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
price { per_GB = 1 }
--! :5: `price` needs a time unit that is one: costs are per month, and a "tick" has no length
