-- A retry storm: how a spike of 100 seconds takes a service down for good.
--
-- The server can do 10 requests a second and gets 9.5: busy, but it keeps up. Whoever has no answer
-- after 3 seconds tries again, up to 4 times. Nothing happens for 4500 s. Then, for 100 s, ten times
-- as many requests come. The queue fills, everybody in it waits longer than 3 s, so everybody tries
-- again, and each of them is now up to five requests: more than 10 a second, although no more people
-- come than before. The server works all the time on requests whose senders have given up and sent
-- others. The spike is over, the outage is not: the system is metastable.
--
-- This is "Service 52" of Metafor (its queue of 100 places is a capacity of 99 here, its orbit of 20
-- is 19, because both count a place more than a request can use).
--
--     sojourn simulate models/retry-storm.lua
--     sojourn simulate models/retry-storm.lua --set client.retries=1    -- fewer retries
--     sojourn simulate models/retry-storm.lua --set client.timeout=12   -- longer than a full queue takes

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
