local t = {}
t.x = t
server "api" { service = 1, admission = t }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
