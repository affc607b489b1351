server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["web.recorded.latency.mean"] = "< 1" }
--! :3: `expect`: there is no metric `web.recorded.latency.mean`
