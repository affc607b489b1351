server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, network = link { rrt = 1 } }
--! :2: `rrt` is not a field of link; did you mean `rtt`?
