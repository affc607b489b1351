store "s3" { latency = recorded() }
batcher "p" { target = "s3", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: `s3.latency`: recorded() is the service time of a server, it has no meaning here
