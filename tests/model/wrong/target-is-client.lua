server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
client "app" { calls = "web", arrivals = poisson { rate = 1 } }
--! :3: `app.calls`: `web` is a client; only servers can be called
