batcher "p" { target = "q", flush = { after = 5*ms } }
batcher "q" { target = "p", flush = { after = 5*ms } }
client "c" { calls = "p", arrivals = poisson { rate = 8 } }
--! :1: the calls go round in a circle: p -> q -> p
