server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "times.csv", from = 5, to = 2 } }
--! :2: `web.arrivals`: `to` must be after `from`
