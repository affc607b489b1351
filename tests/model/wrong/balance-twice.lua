model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = subset_of(random, 2, { size = 3 }) }
--! :3: `subset_of` has `size` twice
