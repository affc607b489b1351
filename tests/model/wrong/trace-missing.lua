server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "nowhere.log" } }
--! status 3
--! :2: data file `nowhere.log`: not found in .
