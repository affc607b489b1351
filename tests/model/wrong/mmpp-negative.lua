server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = mmpp { rates = {1, -2}, transitions = { {0, 1}, {1, 0} } } }
--! :2: `web.arrivals.rates[2]`: expected a rate of at least 0, got -2
