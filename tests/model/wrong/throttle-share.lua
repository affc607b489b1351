server "api" { service = 0.1, capacity = 10, admission = throttle { above = 90, admit = 0.5 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.admission.above`: expected a number from 0 to 1, got 90
