-- Fork and join: a request is done when both of its halves are. Once as two calls in parallel, once as a pipeline
-- that joins again.
local lambda = param("lambda", 0.6, "requests per second")
local after = param("after", 0.5, "what the pipeline takes after the join")
local mu = param("mu", 1, "services per second of each half")

run { duration = 6e5, warmup = 500, runs = 16 }
for _, name in ipairs { "left", "right" } do server(name) { service = exponential { rate = mu } } end
server "front" { async = true, apis = { go = { work = 0, calls = { { "left" }, { "right" } }, order = "parallel" } } }
client "web" { calls = "front.go", arrivals = poisson { rate = lambda } }

for _, name in ipairs { "upper", "lower" } do
  server(name) { apis = { go = { work = exponential { rate = mu }, forward = { { "joiner" } } } } }
end
server "splitter" { apis = { go = { work = 0, forward = { { "upper.go" }, { "lower.go" } } } } }
server "joiner" { join = true, service = 0, forward = { { "after" } } }
server "after" { threads = 1000, service = constant(after) }
client "pipeline" { calls = "splitter.go", arrivals = poisson { rate = lambda } }
