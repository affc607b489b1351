server "db" { service = 0.1, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "db", members = 5 }
--! :3: `fault.members`: `db` has 4 members, got 5
