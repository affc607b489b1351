-- A retry storm: how a service goes down for good although the load is what it always was.
--
-- The server can do 10 requests a second. Whoever has no answer after 3 seconds tries again, up to 4
-- times. As long as the queue is short all is well. But once 30 are in it, those who come wait longer
-- than 3 s, give up and send another; each of them is now up to five requests, and that is more than
-- 10 a second. The queue fills to its limit and stays full of requests whose senders have long given
-- up: the server works all the time, and for nobody. Nothing makes that end. The system is metastable.
--
-- It takes a push to get there, and how big a one depends on the load. With the 9.5 requests a second
-- of this file chance is push enough: a few minutes, and it is over, with or without the spike at
-- 4500 s. With 6 a second the service runs for hours without a fault until those 100 seconds in which
-- 95 a second come, and then never recovers:
--
--     sojourn simulate models/retry-storm.lua
--     sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6
--
-- How long "never" is, how likely each state, and what would help, is what `solve` computes of the
-- same file; docs/metastability.md explains it:
--
--     sojourn solve models/retry-storm.lua --changes
--
-- What helps, at 6 a second: patience longer than a full queue takes, or a shorter queue. Fewer
-- retries alone help less than one would think.
--
--     sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6 --set client.timeout=12
--     sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6 --set 52.capacity=20
--     sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6 --set client.retries=1
--
-- This is "Service 52" of Metafor, whose queue of 100 states is a capacity of 99 here, and whose orbit
-- of 20 states is one of 19.

model { title = "Retry storm" }
run { duration = 10000 }

server "52" {
  apis = { insert = exponential { rate = 10 } },
  capacity = 99,
  orbit = 19 } -- only for `solve`: how many retrying requests it keeps apart

client "client" {
  calls = "52.insert",
  arrivals = poisson { rate = 9.5 },
  timeout = 3,
  retries = 4 }

fault { at = 4500, lasts = 100, set = { ["client.arrivals.rate"] = 95 } }
