model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = every(1),
  network = link { one_way = per_member(server_rtt / 2 + 1, function(x) return constant(x) end) } }
--! :4: `web.network.one_way`: server_rtt is that of `api`, which has no `rtt`
