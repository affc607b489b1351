server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { low = 0.2 }
solve { low = 0.1 }
--! :4: `solve` is given twice, first on line 3
