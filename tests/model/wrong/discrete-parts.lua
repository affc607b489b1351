model { quantum = 1 }
server "api" { service = 1, capacity = 10, discipline = "ps", admission = max_in_flight(3), refuse = "silent", speed = 2 }
server "db" { apis = { read = 1 }, async = true }
client "web" { calls = "api", arrivals = closed { population = 3, think = 1 } }
client "other" { calls = { { 1, "api" }, { 2, "db.read" } }, arrivals = every(1) }
fault { at = 1, lasts = 1, crash = "api" }
--! :2: `api.capacity` is not in this version in discrete time (`quantum` above 0)
--! :2: `api.discipline` is not in this version in discrete time (`quantum` above 0)
--! :2: `api.admission` is not in this version in discrete time (`quantum` above 0)
--! :2: `api.refuse` is not in this version in discrete time (`quantum` above 0)
--! :2: `api.speed` is not in this version in discrete time (`quantum` above 0)
--! :3: `db.apis` is not in this version in discrete time (`quantum` above 0)
--! :3: `db.async` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.arrivals`: closed is not in this version in discrete time (`quantum` above 0)
--! :5: `other.calls`: a weighted list is not in this version in discrete time (`quantum` above 0)
--! :6: faults are not in this version in discrete time (`quantum` above 0)
