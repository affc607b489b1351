server "api" { service = 0.1, capacity = 10.5 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.capacity`: expected a whole number of at least 1, got 10.5
