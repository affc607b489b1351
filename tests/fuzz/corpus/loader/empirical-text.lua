server "api" { service = empirical { values = {1, "two"} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
