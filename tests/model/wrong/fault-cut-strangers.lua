server "db" { service = 1 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 1, cut = { "web", "db" } }
--! :4: `fault.cut`: neither of `web` and `db` calls the other
