-- GI/M/1: arrivals that are not Poisson: uniform intervals; bursts; and a pool whose members are called in turn, so
-- that each sees every third of a Poisson stream. Called at random, its members are M/M/1 queues.
local low = param("low", 0.6, "uniform interval: from")
local high = param("high", 2.4, "to")
local lambda = param("lambda", 2.1, "arrivals per second at the pool")
local burst = param("burst", 0.2, "bursts per second, of two requests on average")
local mu = param("mu", 1, "services per second")
local members = param("members", 3, "servers of the pool")

run { duration = 5e5, warmup = 500, runs = 16 }
server "api" { service = exponential { rate = mu } }
client "web" { calls = "api", arrivals = renewal { interval = uniform { min = low, max = high } } }
server "bursts" { service = exponential { rate = mu } }
client "bursty" {
  calls = "bursts",
  arrivals = renewal { interval = mixture { { 0.5, constant(0) }, { 0.5, exponential { rate = burst } } } } }
servers "pool" { count = members, service = exponential { rate = mu } }
client "balanced" { calls = "pool", policy = round_robin, arrivals = poisson { rate = lambda } }
servers "other-pool" { count = members, service = exponential { rate = mu } }
clients "scattered" {
  count = 4, per_client = true, calls = "other-pool", policy = random, arrivals = poisson { rate = lambda / 4 } }
