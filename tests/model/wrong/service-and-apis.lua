server "api" { service = 1, apis = { x = 1 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api` takes `service` or `apis`, not both
