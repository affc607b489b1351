server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = mmpp { rates = {1, 2}, transitions = { {0, 1}, {1} } } }
