server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set web=3
--! --set web=3: `web` is not a field; name one of its fields
