server "api" { apis = { } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.apis` is empty
