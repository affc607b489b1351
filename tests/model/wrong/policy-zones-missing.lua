server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = zone_aware(random) }
--! :2: `web.policy` lacks `zones`: expected a whole number from 1 to 1000
