server "db" { apis = { read = 1, insert = 2 } }
client "web" { calls = "db.inset", arrivals = poisson { rate = 1 } }
--! :2: `web.calls`: `db` has no api `inset`; call `db.insert` or `db.read`
