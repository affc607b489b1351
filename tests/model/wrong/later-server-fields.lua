server "api" { service = 0.1, cold_start = 10, publish = { window = 100 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.cold_start` is not in this version in continuous time (`quantum` 0)
