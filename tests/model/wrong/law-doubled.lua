local d = exponential { rate = 1 }
for i = 1, 60 do d = d + d end
server "api" { service = d }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: the law is too large: it has more than 10000 parts or 200 levels
