-- M/M/1: the smallest model, and the one that every book on queues begins with.
--
-- Requests arrive at random, 8 a second on average, at a server that works on one at a time and
-- needs a tenth of a second for each on average, memorylessly. The server is busy 80 % of the time,
-- and still a request spends half a second in the system, five times its own work: the rest it waits.
-- Theory: mean latency 1 / (10 - 8) = 0.5 s, mean number in the system 0.8 / (1 - 0.8) = 4.
--
--     sojourn simulate models/mm1.lua
--     sojourn simulate models/mm1.lua --set web.arrivals.rate=9.5     -- 95 % busy: 2 s
--
server "api" { service = exponential { rate = 10 } }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
