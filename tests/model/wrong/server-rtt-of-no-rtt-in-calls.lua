server "db" { service = 1 }
server "log" { service = 1, rtt = 1 }
server "api" { apis = { get = { work = 1, calls = {
  { "log", network = link { rtt = server_rtt } },
  { "db", network = link { rtt = server_rtt } } } } } }
server "front" { service = 1, forward = { { "db", network = link { one_way = server_rtt / 2 } } } }
client "web" { calls = "api", arrivals = every(1) }
client "web2" { calls = { { 1, "front" }, { 2, "db" } }, arrivals = every(1), network = link { rtt = server_rtt } }
--! :5: `api.apis.get.calls[2].network.rtt`: server_rtt is that of `db`, which has no `rtt`
--! :6: `front.forward[1].network.one_way`: server_rtt is that of `db`, which has no `rtt`
--! :8: `web2.network.rtt`: server_rtt is that of `front`, which has no `rtt`
--! :8: `web2.network.rtt`: server_rtt is that of `db`, which has no `rtt`
