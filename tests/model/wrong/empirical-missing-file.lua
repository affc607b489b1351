server "api" { service = empirical { file = "nowhere.csv", column = "y" } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: data file `nowhere.csv`: not found in .
