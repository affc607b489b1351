-- A copy after a quantile of the latency: then that share of requests is hedged.
local lambda = param("lambda", 5, "requests per second")
local mu = param("mu", 1, "1 / mean service time")
local after = param("after", 0.8, "the quantile")

run { duration = 1e5, warmup = 1000, runs = 16 }
server "api" { threads = 1000, service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda }, hedge = { after = after } }
