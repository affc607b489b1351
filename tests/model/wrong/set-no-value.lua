server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set web.retries
--! --set web.retries: expected PATH=VALUE
