store "s3" { latency = 30*ms }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, scale = { ["p.in_flight"] = 0 } }
--! :4: `p.in_flight`: expected a whole number from 1 to 1000000000, got 0
