-- A Jackson network of three servers without loops: some requests pass all three, the others start at the second.
local lambda = param("lambda", 1, "arrivals per second")
local share = param("share", 0.4, "share of requests that start at the first server")
local mu1 = param("mu1", 0.7, "services per second of the first server")
local mu2 = param("mu2", 1.6, "of the second")
local mu3 = param("mu3", 1.5, "of the third")

run { duration = 5e5, warmup = 500, runs = 16 }
server "first" { apis = { go = { work = exponential { rate = mu1 }, forward = { { "second.go" } } } } }
server "second" { apis = { go = { work = exponential { rate = mu2 }, forward = { { "third" } } } } }
server "third" { service = exponential { rate = mu3 } }
client "web" {
  calls = { { share, "first.go" }, { 1 - share, "second.go" } }, arrivals = poisson { rate = lambda } }
