store "s3" { service = 1 }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `service` is not a field of store, which is written store "name" { latency= }
--! :1: `s3` lacks `latency`: expected a number of at least 0 or a distribution
