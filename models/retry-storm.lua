-- A retry storm: requests that were given up and sent again keep a server down.
--
-- The server can do 10 requests a second and gets 9.5: busy, but it could keep up. Whoever has no
-- answer after 3 seconds tries again, up to 4 times. A full queue takes 10 s, so as soon as it is
-- long, everybody in it waits longer than 3 s, everybody tries again, and each is up to five
-- requests: more than 10 a second, although no more people come than before. The server then works
-- all the time on requests whose senders have given up. Nothing makes that end: the system is
-- metastable.
--
-- At 9.5 a second a random busy spell is enough: all runs tip over within minutes, long before the
-- spike at 4500 s. With fewer, it holds until the spike of 100 s, and stays down after it:
--
--     sojourn simulate models/retry-storm.lua
--     sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6     -- holds until the spike
--     sojourn simulate models/retry-storm.lua --set client.arrivals.rate=6 --set client.timeout=12
--                                     -- a timeout longer than a full queue takes: it recovers
--
-- This is "Service 52" of Metafor (its queue of 100 places is a capacity of 99 here, its orbit of 20
-- is 19, because both count a place more than a request can use).

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
