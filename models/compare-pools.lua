-- One fast server, two slow ones, or a pool that picks at random?
--
-- 16 requests a second have to be answered, and there is money for servers that can do 20 a second
-- together. The scenarios spend it in four ways:
--
--   one fast server       one that does 20 a second
--   one queue, two slow   two that do 10 a second each and take from one queue
--   random pool           two that do 10 a second each, each with a queue of its own; whoever comes
--                         picks one at random
--   round robin pool      the same, but every client takes them in turn
--
-- Theory knows the first three: M/M/1, M/M/2, and two M/M/1 queues with half of the requests each. The
-- mean times in the system are 0.25, 0.2778 and 0.5 s. One fast server is best: two slow ones are as
-- fast together only while both are busy. The random pool is worst, since one of its servers may stand
-- idle while requests wait at the other; taking turns helps, as it makes the arrivals at each more regular.
--
--     sojourn compare models/compare-pools.lua
--     sojourn compare models/compare-pools.lua --by web.latency.mean --against "one fast server"
--     sojourn compare models/compare-pools.lua --set rate=10 --score quintile
--
-- The runs of the scenarios share their random numbers, so the same requests come at the same times
-- in all of them, and differences show with few runs. How much can this be loaded? The largest rate at
-- which 99 of 100 requests are answered within two seconds, by one fast server:
--
--     sojourn simulate models/compare-pools.lua --scenario "one fast server" --find rate --such-that "web.latency.p99 < 2"

model { title = "One fast server, two slow ones, a pool" }

local rate = param("rate", 16, "requests per second")
local work = 20 -- requests per second that all servers together can do

expect { ["web.failed"] = "== 0" }

local function web(policy)
  client "web" { calls = "api", arrivals = poisson { rate = rate }, policy = policy }
end

scenario("one fast server", function()
  server "api" { service = exponential { rate = work } }
  web(nil)
end)

scenario("one queue, two slow", function()
  server "api" { service = exponential { rate = work / 2 }, threads = 2 }
  web(nil)
end)

scenario("random pool", function()
  servers "api" { count = 2, service = exponential { rate = work / 2 } }
  web(random)
end)

scenario("round robin pool", function()
  servers "api" { count = 2, service = exponential { rate = work / 2 } }
  web(round_robin)
end)
