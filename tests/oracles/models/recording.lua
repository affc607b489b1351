-- A recording of a real server replayed: arrivals and service times as they were, connections as threads.
model { time_unit = "ms" }
local file = param("file", "pgbench-4-connections.log.gz", "the recording")
local threads = param("threads", 4, "connections")

server "database" { threads = threads, service = recorded() }
client "pgbench" { calls = "database", arrivals = trace { file = file, format = "pgbench" } }
