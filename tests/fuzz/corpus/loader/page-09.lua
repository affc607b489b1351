server "api" { service = exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { duration = 10000, warmup = 100, drain = 500, runs = 8, seed = 1 }
expect { ["web.latency.p99"] = "< 2.5", ["api.utilization.mean"] = "<= 0.9" }
