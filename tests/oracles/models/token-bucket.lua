-- A token bucket in front of work that takes no time. Tokens missing are the work of an M/D/1 queue: an arrival is
-- admitted exactly when M/D/1 with `capacity` places would let it in. The retry budget is the same bucket on the
-- caller's side: there every first attempt fails, and asks for a token.
local lambda = param("lambda", 1, "arrivals per second")
local rate = param("rate", 0.9, "tokens per second")
local capacity = param("capacity", 6, "most tokens")

run { duration = 3e5, warmup = 500, runs = 16, kind = "steady" }
server "api" { service = 0, admission = token_bucket { capacity = capacity, rate = rate } }
client "web" { calls = "api", arrivals = poisson { rate = lambda } }
server "broken" { service = 0 }
client "persistent" {
  calls = "broken", arrivals = poisson { rate = lambda }, retries = 1,
  retry_budget = token_bucket { capacity = capacity, rate = rate } }
fault { at = 0, fail = "broken", ratio = 1 }
