server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = mmpp { rates = {1, 2}, transitions = { {0, 1}, {1} } } }
--! :2: `web.arrivals.transitions[2]`: expected 2 rates, got 1
