server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = maglev { table = 65536 } }
--! :2: `web.policy`: expected a prime for maglev's table, got 65536
