-- A circuit breaker through an outage, second by second: an attempt a second, all of them failing between `at` and
-- `at + lasts`. The window holds eleven attempts, so the sixth failure opens the breaker; then one probe after each
-- `open_for`.
local at = param("at", 100.5, "start of the outage")
local lasts = param("lasts", 50, "its length")
local window = param("window", 10.5, "of the breaker")
local failures = param("failures", 0.5, "share of failures that opens it")
local open_for = param("open_for", 4.5, "until it probes")
local service = param("service", 0.1, "service time")

run { duration = 300.5 }
server "api" { service = constant(service) }
client "web" {
  calls = "api", arrivals = every(1),
  circuit_breaker = { failures = failures, window = window, open_for = open_for } }
fault { at = at, lasts = lasts, fail = "api", ratio = 1 }
