server "db" { service = 0.1, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "db[x]" }
--! :3: `fault.crash`: expected a server's name, or "name[0]" of a pool, got "db[x]"
