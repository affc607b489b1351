server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, hedge = { } }
--! :2: `web.hedge`: a hedge takes `after` or `delay`
