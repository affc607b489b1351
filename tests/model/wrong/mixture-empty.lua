server "api" { service = mixture { } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: mixture is empty; it is written mixture{ {weight, law}, ... }
