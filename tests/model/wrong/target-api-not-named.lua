server "db" { apis = { read = 1, insert = 2 } }
client "web" { calls = "db", arrivals = poisson { rate = 1 } }
--! :2: `web.calls`: `db` has several apis; call `db.insert` or `db.read`
