model { quantum = 1 }
server "api" { service = recorded() }
client "web" { calls = "api", arrivals = every(1) }
--! :2: `api.service`: recorded() is not in this version in discrete time (`quantum` above 0)
