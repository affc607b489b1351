server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set api.service.rate=3
--! --set api.service.rate=3: `api.service` is the number 0.1 and has no `rate`
