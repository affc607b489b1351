server "api" { service = 0.1, cold_start = 10, publish = { window = 100 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `cold_start` is not in this version
--! :1: `publish` is not in this version
