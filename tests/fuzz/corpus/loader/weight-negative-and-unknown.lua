server "api" { service = 0.1 }
client "web" { calls = { {-1, "api"}, {1, "apii"} }, arrivals = poisson { rate = 1 } }
