store "s3" { latency = 30*ms }
batcher "p" { flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p` lacks `target`: expected "store", "server" or "server.api"
