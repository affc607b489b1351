server "api" { service = empirical { file = "values.csv" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: empirical takes `values`, or `file` and `column`
