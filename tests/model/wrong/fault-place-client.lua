server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, crash = "web" }
--! :3: `fault.crash`: `web` is a client, expected a server's name, or "name[0]" of a pool
