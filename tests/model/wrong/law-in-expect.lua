server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["web.latency.p99"] = exponential { rate = 1 } }
--! :3: `expect`: for `web.latency.p99` expected <, <=, >, >= or == and a number, such as "< 0.5", got exponential
