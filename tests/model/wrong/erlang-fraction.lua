server "api" { service = erlang { k = 2.5, mean = 1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `erlang.k`: expected a whole number from 1 to 1000000000, got 2.5
