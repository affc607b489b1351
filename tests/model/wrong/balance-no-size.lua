model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = subset_of(fastest_probe) }
--! :3: `web.policy` lacks `size`: expected a whole number from 1 to 1000000
