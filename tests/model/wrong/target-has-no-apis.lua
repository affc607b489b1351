server "api" { service = 0.1 }
client "web" { calls = "api.read", arrivals = poisson { rate = 1 } }
--! :2: `web.calls`: `api` has no apis by name, call it `api`
