-- A real PostgreSQL, replayed.
--
-- `pgbench` sent transactions to PostgreSQL 15 over 4 connections, each due at a random time of its
-- own (an open loop of 2300 a second), and logged for every one when it was due, how long it waited
-- for a free connection and how long the database took. A connection does one transaction at a
-- time, so to whoever waits the database is one queue and as many workers as there are connections.
--
-- Here transactions arrive when they did and take the time they took; how long each waits is not
-- taken from the log but follows from the queue. The log's own latencies are metrics too
-- (pgbench.recorded.latency, pgbench.recorded.wait), so one table shows prediction and measurement.
--
--     sojourn simulate models/postgres.lua
--     sojourn simulate models/postgres.lua --set pgbench.arrivals.rate_factor=1.1   -- 10 % more load
--     sojourn simulate models/postgres.lua --set postgres.threads=5                 -- one connection more
--
-- Mind the last one: on a machine of two cores a transaction takes longer when more connections
-- compete (0.58 ms alone, 1.50 ms with four). Replayed, each takes what it took with four.
-- The recording over a single connection:
--
--     sojourn simulate models/postgres.lua --set postgres.threads=1 \
--       --set recording=data/pgbench-1-connection.log.gz

model { title = "PostgreSQL under pgbench, replayed" }

local recording = param("recording", "data/pgbench-4-connections.log.gz", "a per-transaction log of pgbench")

server "postgres" {
  threads = 4,           -- connections
  service = recorded() } -- each transaction takes the time it took

client "pgbench" {
  calls = "postgres",
  arrivals = trace { file = recording, format = "pgbench" } }
