model { quantum = 1 }
server "api" { service = 1 }
client "web" { calls = "api", arrivals = every(1),
  timeout = 3, retries = 1, deadline = 9, connections = 3, priority = 1, size = 3, cancel = true,
  backoff = exponential_backoff { base = 1 }, network = link { one_way = 1, loss = 0.5, per_byte = 1 },
  hedge = { delay = 1 }, circuit_breaker = { failures = 0.5, window = 3, open_for = 1 } }
--! :4: `web.timeout` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.retries` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.deadline` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.cancel` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.connections` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.priority` is not in this version in discrete time (`quantum` above 0)
--! :4: `web.size` is not in this version in discrete time (`quantum` above 0)
--! :5: `web.backoff` is not in this version in discrete time (`quantum` above 0)
--! :5: `web.network.per_byte` is not in this version in discrete time (`quantum` above 0)
--! :5: `web.network.loss` is not in this version in discrete time (`quantum` above 0)
--! :6: `web.circuit_breaker` is not in this version in discrete time (`quantum` above 0)
--! :6: `web.hedge` is not in this version in discrete time (`quantum` above 0)
