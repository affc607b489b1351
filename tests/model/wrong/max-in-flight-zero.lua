server "api" { service = 0.1, admission = max_in_flight(0) }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.admission.limit`: expected a whole number from 1 to 1000000000, got 0
