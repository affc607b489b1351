server "db" { service = 1 }
server "log" { service = 1 }
server "api" { apis = { get = { work = 1, calls = { { "db", in_flight_until = "served" } } } } }
server "front" { service = 1, forward = { { "log", network = link { one_way = 1, redraw = 0.1 } } } }
client "web" { calls = "api", arrivals = every(1) }
client "web2" { calls = "front", arrivals = every(1) }
--! :3: `api.apis.get.calls[1].in_flight_until` is not in this version in continuous time (`quantum` 0)
--! :4: `front.forward[1].network.redraw` is not in this version in continuous time (`quantum` 0)
