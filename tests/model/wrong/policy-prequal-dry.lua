server "api" { service = 0.1, count = 10 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = prequal }
--! :2: `web.policy`: prequal's pool would run dry: with pool 16 of 10 members, probes 3 and removals 1, (1 - pool / members) probes - removals is not above 0
