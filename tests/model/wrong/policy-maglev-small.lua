server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = maglev { table = 7 } }
--! :2: `web.policy`: maglev's table has 7 places, too few for 10 members
