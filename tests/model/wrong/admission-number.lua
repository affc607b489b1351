server "api" { service = 0.1, admission = 5 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.admission`: expected token_bucket, throttle, codel, max_in_flight or a list of them, got 5
