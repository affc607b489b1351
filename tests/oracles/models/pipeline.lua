-- A pipeline of the shape auth, gateway, { recommend, order }, database, where the database joins the two branches of
-- a request. `threads` threads at each: many, and nobody ever waits; few, and the stages before the join are M/M/c
-- queues.
local lambda = param("lambda", 1.2, "requests per second")
local threads = param("threads", 2, "threads of each stage")

run { duration = 2e5, warmup = 500, runs = 16 }
server "auth" {
  threads = threads, apis = { go = { work = exponential { rate = 1 / 0.8 }, forward = { { "gateway.go" } } } } }
server "gateway" {
  threads = threads,
  apis = { go = { work = exponential { rate = 1 / 0.6 }, forward = { { "recommend.go" }, { "order.go" } } } } }
server "recommend" {
  threads = threads, apis = { go = { work = exponential { rate = 1 / 1.2 }, forward = { { "database" } } } } }
server "order" {
  threads = threads, apis = { go = { work = exponential { rate = 1 / 0.9 }, forward = { { "database" } } } } }
server "database" { threads = threads, join = true, service = exponential { rate = 1 } }
client "web" { calls = "auth.go", arrivals = poisson { rate = lambda } }
