store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms }, in_flight = 0 }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.in_flight`: expected a whole number from 1 to 1000000000, got 0
