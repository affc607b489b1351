server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { format = "csv" } }
--! :2: `web.arrivals` lacks `file`: expected a text
