-- A closed network: users think, then go to one of two front servers, and from there to a store with two threads.
local population = param("population", 10, "users")
local think = param("think", 4, "mean thinking time")
local share = param("share", 0.3, "share of requests through the first front server")
local mu1 = param("mu1", 0.6, "services per second of the first")
local mu2 = param("mu2", 1.5, "services per second of the second")
local mu3 = param("mu3", 0.8, "services per second of a thread of the store")

run { duration = 2e5, warmup = 200, runs = 16 }
server "first" { apis = { go = { work = exponential { rate = mu1 }, forward = { { "store" } } } } }
server "second" { apis = { go = { work = exponential { rate = mu2 }, forward = { { "store" } } } }, discipline = "ps" }
server "store" { threads = 2, service = exponential { rate = mu3 } }
client "web" {
  calls = { { share, "first.go" }, { 1 - share, "second.go" } },
  arrivals = closed { population = population, think = exponential { mean = think } } }
