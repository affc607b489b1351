server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["web.latency.p99"] = 0.5 }
--! :3: `expect`: for `web.latency.p99` expected <, <=, >, >= or == and a number, such as "< 0.5", got 0.5
