server "api" { service = exponential { mean = 20*ms }, threads = 8, count = 3 }
client "web" {
  calls = "api",
  arrivals = poisson { rate = 600 },
  timeout = 0.5, retries = 3, deadline = 2,
  backoff = exponential_backoff { base = 50*ms, max = 1, jitter = "full" },
  retry_budget = token_bucket { capacity = 100, rate = 30 },
  circuit_breaker = { failures = 0.5, window = 10, open_for = 5 },
  hedge = { after = 0.95 },
  connections = 100,
  network = link { rtt = 1*ms + exponential { mean = 0.5*ms }, loss = 0.001 } }
