server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = mmpp { rates = {1, 2}, transitions = { {0, 1} } } }
--! :2: `web.arrivals.transitions`: expected a matrix of 2 rows, one for each of `rates`, got a list of 1
