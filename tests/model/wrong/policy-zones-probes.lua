server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = zone_aware(fastest_probe, 2) }
--! :2: `web.policy`: fastest_probe inside zone_aware is not in this version
