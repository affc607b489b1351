store "s3" { latency = 1 }
client "c" { calls = "s3.put", arrivals = poisson { rate = 8 } }
--! :2: `c.calls`: `s3` has no apis by name, call it `s3`
