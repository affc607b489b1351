-- Three classes at one thread, not preemptive: smaller numbers first.
local urgent = param("urgent", 0.3, "urgent requests per second, exponential work of mean 0.8")
local normal = param("normal", 0.25, "normal requests per second, work 1")
local bulk = param("bulk", 0.2, "bulk requests per second, work uniform between 0 and 2.5")

run { duration = 1e6, warmup = 500, runs = 16 }
server "api" {
  discipline = "priority",
  apis = { urgent = exponential { mean = 0.8 }, normal = constant(1), bulk = uniform { min = 0, max = 2.5 } } }
client "bulk" { calls = "api.bulk", priority = 9, arrivals = poisson { rate = bulk } }
client "urgent" { calls = "api.urgent", priority = -1, arrivals = poisson { rate = urgent } }
client "normal" { calls = "api.normal", arrivals = poisson { rate = normal } }
-- The same order behind another server, whose calls inherit the priority.
server "relay" { async = true, apis = { go = { work = 0, calls = { { "inner" } } } } }
server "inner" { discipline = "priority", service = exponential { mean = 1 } }
client "first" { calls = "relay.go", priority = 1, arrivals = poisson { rate = urgent } }
client "second" { calls = "relay.go", priority = 2, arrivals = poisson { rate = normal } }
