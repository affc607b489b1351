server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--@ --set web.retires=3
--! --set web.retires=3: `web.retires` does not exist; did you mean `web.retries`?
