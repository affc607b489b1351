local overhead = 0.3*ms
server "cache"  { service = overhead + gamma { shape = 2, scale = 0.1*ms } }
server "store"  { service = max(exponential { mean = 2*ms }, exponential { mean = 2*ms }) }
server "router" { service = mixture { {0.9, 0.1*ms}, {0.1, uniform { min = 1*ms, max = 3*ms } } } }
client "app" { calls = { {8, "cache"}, {1, "store"}, {1, "router"} }, arrivals = poisson { rate = 200 } }
