server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, hedge = { after = 1 } }
--! :2: `web.hedge.after`: expected a number of at least 0.5, below 1, got 1
