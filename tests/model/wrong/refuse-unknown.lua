server "api" { service = 0.1, refuse = "quietly" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.refuse`: expected "answer" or "silent", got "quietly"
