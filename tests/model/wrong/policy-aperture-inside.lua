server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = zone_aware(aperture, 2) }
--! :2: `web.policy`: aperture goes by all members of a pool, it cannot be inside zone_aware
