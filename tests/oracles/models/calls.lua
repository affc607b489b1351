-- Remote calls. `sync`: its thread is held while its calls are out, in sequence or in parallel, so it is an M/G/1
-- queue whose service is work and calls together. `async`: the thread is free meanwhile, so only the work queues.
-- `logger` calls and forgets: the log is a queue of its own.
local lambda = param("lambda", 0.4, "arrivals per second at each front")
local work = param("work", 0.5, "mean work of a front, exponential")
local call1 = param("call1", 0.4, "mean service time of the first callee")
local call2 = param("call2", 0.6, "of the second")
local failing = param("failing", 0.3, "share of failures of the one that fails now and then")
local threads = param("threads", 100, "threads of the callees: enough that nobody ever waits there")

run { duration = 5e5, warmup = 500, runs = 16, kind = "steady" }
server "one" { threads = threads, service = exponential { mean = call1 } }
server "two" { threads = threads, service = exponential { mean = call2 } }
local both = { { "one" }, { "two" } }
server "in-sequence" { apis = { go = { work = exponential { mean = work }, calls = both } } }
server "in-parallel" { apis = { go = { work = exponential { mean = work }, calls = both, order = "parallel" } } }
server "asynchronous" { async = true, apis = { go = { work = exponential { mean = work }, calls = both } } }
server "logger" { apis = { go = { work = exponential { mean = work }, calls = { { "log", wait = false } } } } }
server "log" { service = exponential { mean = 1 } }
-- A call that fails now and then fails the request, and what would follow is not called; or it is optional.
server "flaky" { threads = threads, service = exponential { mean = call1 } }
server "strict" { async = true, apis = { go = { work = 0, calls = { { "flaky" }, { "two" } } } } }
server "lenient" { async = true, apis = { go = { work = 0, calls = { { "flaky", optional = true }, { "two" } } } } }
fault { at = 0, fail = "flaky", ratio = failing }
for _, name in ipairs { "in-sequence", "in-parallel", "asynchronous", "logger", "strict", "lenient" } do
  client("to-" .. name) { calls = name .. ".go", arrivals = poisson { rate = lambda } }
end
