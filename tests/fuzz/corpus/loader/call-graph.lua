model { title = "Call graph with stage retries" }
run { duration = 10000 }

local function stage(name, work, threads, refill, next)
  server(name) {
    service = exponential { mean = work },
    threads = threads,
    capacity = 100 + threads,
    admission = token_bucket { capacity = 10, rate = refill },
    refuse = "silent",
    join = name == "database",
    forward = next }
end

stage("auth", 0.8, 3, 5, { { "gateway", timeout = 0.9, retries = 3 } })
stage("gateway", 0.6, 2, 5, { { "recommend", timeout = 1.5, retries = 2 },
                              { "order", timeout = 1.4, retries = 2 } })
stage("recommend", 1.2, 2, 4, { { "database", timeout = 1.2, retries = 0 } })
stage("order", 0.9, 2, 4, { { "database", timeout = 1.2, retries = 0 } })
stage("database", 1, 3, 5)

local rate = 0.97 / 0.8

client "users" {
  calls = { "auth", stage_timeout = 1, stage_retries = 3 },
  arrivals = poisson { rate = rate },
  timeout = 36,
  retries = 3 }

fault { at = 4500, lasts = 1000, scale = { ["users.arrivals.rate"] = 50 } }
