-- Timeouts, retries and backoffs where nobody ever waits: an attempt is answered in time with the same probability
-- each time, independently.
local lambda = param("lambda", 5, "requests per second")
local mu = param("mu", 1, "1 / mean service time")
local timeout = param("timeout", 0.7, "of each attempt")
local retries = param("retries", 3, "after the first attempt")
local base = param("base", 0.5, "backoff before the first retry")
local factor = param("factor", 2, "times that before the next")
local most = param("most", 1.5, "longest backoff")
local deadline = param("deadline", 2.2, "of a request, for the client that has one")

run { duration = 2e4, warmup = 50, runs = 16 }
server "api" { threads = 1000, service = exponential { rate = mu } }
local function caller(name, fields)
  fields.calls, fields.arrivals = "api", poisson { rate = lambda }
  fields.timeout, fields.retries = timeout, retries
  client(name)(fields)
end
caller("plain", {})
-- The same on behalf of another: a server's call, and a stage of a pipeline.
local api = { "api", timeout = timeout, retries = retries }
server "gateway" { async = true, apis = { go = { work = 0, calls = { api } } } }
server "relay" { apis = { go = { work = 0, forward = { api } } } }
client "by-gateway" { calls = "gateway.go", arrivals = poisson { rate = lambda } }
client "by-relay" { calls = "relay.go", arrivals = poisson { rate = lambda } }
caller("late", { late = "accept" })
caller("deadline", { deadline = deadline })
for _, jitter in ipairs { "none", "full", "equal" } do
  caller("backoff-" .. jitter, {
    backoff = exponential_backoff { base = base, factor = factor, max = most, jitter = jitter } })
end
