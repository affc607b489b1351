server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, hedge = { after = 0.9, delay = 1 } }
--! :2: `web.hedge`: a hedge takes `after` or `delay`, not both
