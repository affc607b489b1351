server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
expect { ["api.verdict"] = "== 1" }
--! :3: `expect`: `api.verdict` is a word, only numbers can be compared
