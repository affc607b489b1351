server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["api[0].full"] = "< 1" }
--! :3: `expect`: there is no metric `api[0].full`; did you mean `api.full`?
