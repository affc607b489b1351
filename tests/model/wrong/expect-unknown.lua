server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["web.latncy.p99"] = "< 1" }
--! :3: `expect`: there is no metric `web.latncy.p99`; did you mean `web.latency.p99`?
