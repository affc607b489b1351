local d = exponential { rate = 1 }
for i = 1, 1e6 do d = mixture { {1, d}, {1, 2} } end
server "api" { service = d }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: the law is too large: it has more than 10000 parts or 200 levels
