store "s3" { latency = 30*ms }
batcher "p" { target = { {1, "s3"}, {2, "s3"} }, flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :2: `p.target`: expected "store", "server" or "server.api", got a list of 2
