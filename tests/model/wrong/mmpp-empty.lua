server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = mmpp { rates = {}, transitions = {} } }
--! :2: `web.arrivals.rates`: expected a list of rates, got an empty table
