server "api" { service = 0.1, admission = { max_in_flight(5), "codel" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.admission[2]`: expected token_bucket, throttle, codel, max_in_flight or a list of them, got "codel"
