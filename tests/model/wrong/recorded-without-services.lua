server "api" { service = recorded() }
client "web" { calls = "api", arrivals = trace { file = "times.csv" } }
--! :2: `web` calls `api`, whose work is recorded(), but the recording times.csv has no service times
