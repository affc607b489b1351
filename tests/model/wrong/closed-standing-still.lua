server "api" { service = 0 }
client "web" { calls = "api", arrivals = closed { population = 5, think = 0 } }
--! :2: `web` thinks no time and the work of `api` takes none: time would stand still
