store "s3" { latency = 30*ms }
batcher "p" (5)
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `batcher` is written batcher "name" { target=, flush= }, got 5 after the name
--! :3: `c.calls`: there is no server `p`
