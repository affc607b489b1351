server "api" { service = mixture { 5, 3 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `mixture[1]`: expected {weight, law}, got 5
--! :1: `mixture[2]`: expected {weight, law}, got 3
