-- Every construct once, to see how it is shown.
model { title = "Everything", time_unit = "ms" }
local rate = param("rate", 0.5, "requests per millisecond")
local silent = param("silent", false)
run { duration = 10000, warmup = 0, drain = 500, runs = 3, seed = 7, kind = "terminating" }
solve { timeout_tail = "chebyshev", tail_of_empty = "certain", arrivals = "original", alpha = 0.5, retry_when_full = true,
        horizon = 100, step = 25, low = 0.2, high = 0.8, metastable_factor = 5, phases = 4 }

server "plain" { service = constant(1), discipline = "ps" }
server "recorded" { service = 2 * recorded(), threads = 3 }
server "laws" {
  apis = {
    a = erlang { k = 3, rate = 2 } + 1 - uniform { min = 0, max = 1 },
    b = (1 + gamma { shape = 2, scale = 3 }) * 2,
    c = 10 - (2 - uniform_int { min = 0, max = 2 }) / 2,
    d = max(normal { mean = 1, std = 1 }, 0.5),
    e = round(lognormal { mu = 0, sigma = 1 }),
    f = floor(weibull { shape = 2, scale = 3 }),
    g = ceil(pareto { shape = 3, scale = 1 }),
    h = hyperexponential { {0.5, 1}, {0.5, 2} },
    i = mixture { {1, 5}, {2, exponential { mean = 3 }} },
    j = phase_type { alpha = {1, 0}, T = { {-1, 1}, {0, -1} } },
    k = empirical { values = {1, 2, 3} },
    l = empirical { file = "values.csv", column = "time" },
    m = -(-lognormal { mean = 2, cv = 1 }),
    n = min(exponential { rate = 1 }, exponential { rate = 2 }) } }
server "pool" {
  service = per_member(uniform { min = 1, max = 2 }, function(x) return exponential { mean = x * 2 } end),
  threads = uniform_int { min = 1, max = 3 }, capacity = 50, count = 4, speed = 2, orbit = 5,
  replace = { rate = 0.001 }, async = true, refuse = silent and "silent" or "answer",
  admission = { token_bucket { capacity = 10, rate = 5 }, throttle { above = 0.5, admit = 0.25 },
                codel { target = 5, interval = 100 }, max_in_flight(8) } }
server "caller" {
  apis = { one = { work = 1, order = "parallel",
    calls = { "plain",
              { { {1, "pool"}, {3, "plain"} }, timeout = 5, retries = 2, deadline = 20, wait = false, optional = true,
                backoff = exponential_backoff { base = 1 }, hedge = { delay = 3 }, priority = 4,
                network = link { one_way = 1, per_byte = 0.001 }, policy = round_robin, cancel = true } } },
    two = 3 } }
server "front" { service = 1, forward = { { "left", timeout = 9, retries = 1 }, "right" } }
server "left" { service = 1, forward = "back" }
server "right" { service = 1, forward = { { "back", network = link { rtt = 1 } } } }
server "back" { service = 1, join = true }

store "blobs" { latency = 30 + gamma { shape = 2, scale = 25 }, per_byte = 1e-5, failure = 0.01, failure_slowdown = 2 }
batcher "writer" {
  target = "blobs", flush = { after = 5, bytes = 1*MiB, count = 50 }, in_flight = 5, ordered = true, capacity = 1000,
  timeout = 500, retries = 3, backoff = exponential_backoff { base = 100 }, hedge = { delay = 0 }, cancel = true,
  network = link { rtt = 1 }, timer_rounds = true, timer_forgets = true, one_batch_per_answer = true, retry_polls = 1,
  abandoned_vanish = true, sample_every = 100 }
batcher "sender" { target = "pool", flush = { when_idle = true }, policy = round_robin }
client "writers" { calls = { {3, "writer"}, {1, "sender"} }, arrivals = poisson { rate = 0.1 }, size = 30*KB }
price { per_1000_requests = 0.005, per_GB = 0.02 }

client "log" { calls = "recorded", arrivals = trace { file = "recording.csv", rate_factor = 2 } }
client "everything" {
  calls = { {1, "laws.a"}, {1, "caller.one"} }, arrivals = poisson { rate = rate }, size = uniform { min = 0, max = 2*KiB },
  timeout = 5*s, retries = 3, deadline = 1*minute, late = "accept", cancel = true, connections = 9, priority = 2,
  backoff = exponential_backoff { base = 1, factor = 3, max = 100, jitter = "equal" },
  retry_budget = token_bucket { capacity = 5, rate = 0.5 },
  circuit_breaker = { failures = 0.5, window = 100, open_for = 50 }, hedge = { after = 0.9 },
  network = link { rtt = 1 + exponential { mean = 1 }, loss = 0.01 }, policy = random, count = 3 }
client "pipe" { calls = { "front", stage_timeout = 4, stage_retries = 2 }, arrivals = every(50), count = 2, per_client = true }
client "renewed" { calls = "pool", arrivals = renewal { interval = gamma { shape = 2, scale = 10 } }, subset = 2 }
client "bursts" { calls = "plain", arrivals = mmpp { rates = {0.01, 0.1}, transitions = { {0, 1}, {2, 0} } } }
client "day" { calls = "plain", arrivals = piecewise { {0, 0.01}, {5000, 0.02} } }
client "users" { calls = "plain", arrivals = closed { population = 3, think = 100 } }
client "batch" { calls = "plain", arrivals = spread { count = 10, over = 1000 } }

fault { at = 100, lasts = 10, set = { ["everything.arrivals.rate"] = 1, ["plain.service"] = exponential { mean = 2 } } }
fault { at = 200, lasts = uniform { min = 1, max = 2 }, scale = { ["plain.service"] = 2 } }
fault { at = 300, lasts = 10, crash = "pool[1]", lost = "error" }
fault { at = 400, stall = "pool", members = 2 }
fault { at = 500, lasts = 10, slow = "plain", by = 1.5 }
fault { at = 600, lasts = 10, cut = { "bursts", "plain" } }
fault { every = exponential { mean = 1000 }, lasts = 10, fail = "plain", ratio = 0.5 }
expect { ["everything.latency.p99"] = "< 0.5", ["pool[2].full"] = "<= 0.1", ["plain.in_system.mean"] = "> 0" }
expect { ["plain.throughput"] = ">= 0", ["day.failed.ratio"] = "== 0" }
