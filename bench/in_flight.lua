-- A server that never makes anybody wait (M/G/infinity): on average `pending` requests are in service, each with an
-- event to come. What an event costs when many are pending, and how much memory a request takes.
local pending = param("pending", 100000, "requests in service on average")

server "cloud" { threads = 16000000, service = exponential { rate = 1 } }
client "users" { calls = "cloud", arrivals = poisson { rate = pending } }

run { duration = 20, kind = "terminating", runs = 1 }
