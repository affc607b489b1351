-- A Jackson network with a loop: a share of the answers is an error after the work, and the caller comes back at
-- once, at most `retries` times.
local lambda = param("lambda", 0.5, "requests per second")
local mu = param("mu", 1, "services per second")
local ratio = param("ratio", 0.3, "share of errors")
local retries = param("retries", 3, "most retries")

run { duration = 9e5, warmup = 500, runs = 16, kind = "steady" }
server "api" { service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = poisson { rate = lambda }, retries = retries }
fault { at = 0, fail = "api", ratio = ratio }
