server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, hedge = 0.95 }
--! :2: `web.hedge`: expected { after= } or { delay= }, got 0.95
