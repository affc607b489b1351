server "db" { service = 0.1, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "db[4]" }
--! :3: `fault.crash`: the members of `db` are `db[0]` to `db[3]`
