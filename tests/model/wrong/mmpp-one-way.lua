server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = mmpp { rates = {1, 2}, transitions = { {0, 1}, {0, 0} } } }
--! :2: `web.arrivals.transitions`: every state must lead to every other, directly or not
