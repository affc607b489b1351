server "api" { service = empirical { file = "../outside.csv", column = "y" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: data file `../outside.csv`: outside the model's folder
