server "api" { service = empirical { values = {1, "two"} } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `empirical.values[2]`: expected a number, got "two"
