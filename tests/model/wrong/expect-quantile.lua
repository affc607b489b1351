server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["web.latency.p98"] = "< 1" }
--! :3: `expect`: there is no metric `web.latency.p98`; did you mean `web.latency.p90`?
