server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
run { seed = 1 }
run { seed = 2 }
--! :4: `run` is given twice, first on line 3
