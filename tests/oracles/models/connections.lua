-- A client with few connections to a server with many threads: the queue is in the client.
local lambda = param("lambda", 4, "requests per second")
local mu = param("mu", 1, "services per second of a connection")
local connections = param("connections", 5, "most attempts out")

run { duration = 2e5, warmup = 500, runs = 16 }
server "api" { threads = 100, service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda }, connections = connections }
