server "api" { threads = 2 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api` lacks `service`: expected the time that its work takes, a number or a distribution (or `apis`)
