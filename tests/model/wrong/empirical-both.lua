server "api" { service = empirical { values = {1}, file = "x.csv", column = "y" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: empirical takes `values`, or `file` and `column`
