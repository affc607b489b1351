-- A graph of services, each with its own queue, timeouts and retries.
--
--                          +-> recommend -+
--     users -> auth -> gateway            +-> database -> answer
--                          +->   order   -+
--
-- It is a pipeline: a server works on a request, hands it on and forgets it; the gateway hands it on
-- to two servers at once, and the database waits until both branches of a request have come. The
-- users' request is answered when the database is done, so its latency is that of the slower branch.
--
-- Each server has threads, room for 100 requests waiting, and a token bucket that an arrival has to
-- pass; what it refuses it refuses silently. A stage's timeout covers its own queue and service, and
-- a stage's retry offers the request there again; the users' timeout covers all of it, and their
-- retry begins at the front. From 4500 to 5500 fifty times as many requests come.
--
-- The example of Metafor's simulator, with one difference: there the clock of a timeout starts only
-- for requests that are served at once, so that under load nobody ever tries again. Here it starts
-- with every attempt, and that changes everything. The timeouts are hardly longer than the work
-- itself, each stage tries up to four times and the users do too, so one request can become sixteen:
-- the system breaks down in its first minutes, under a load that every server could easily carry
-- (`sojourn show` says how much each is offered). With twenty times the patience it runs without a
-- fault until 4500 s, and does not come back after it.
--
--     sojourn show models/call-graph.lua
--     sojourn simulate models/call-graph.lua
--     sojourn simulate models/call-graph.lua --set patience=20

model { title = "Call graph with stage retries" }
run { duration = 10000 }

local patience = param("patience", 1, "multiplies the timeouts of the stages")

-- A server with room for 100 waiting requests beside those in service.
local function stage(name, work, threads, refill, next)
  server(name) {
    service = exponential { mean = work },
    threads = threads,
    capacity = 100 + threads,
    admission = token_bucket { capacity = 10, rate = refill },
    refuse = "silent",
    join = name == "database",
    forward = next }
end

stage("auth", 0.8, 3, 5, { { "gateway", timeout = 0.9 * patience, retries = 3 } })
stage("gateway", 0.6, 2, 5, { { "recommend", timeout = 1.5 * patience, retries = 2 },
                              { "order", timeout = 1.4 * patience, retries = 2 } })
stage("recommend", 1.2, 2, 4, { { "database", timeout = 1.2 * patience, retries = 0 } })
stage("order", 0.9, 2, 4, { { "database", timeout = 1.2 * patience, retries = 0 } })
stage("database", 1, 3, 5)

local rate = 0.97 / 0.8

client "users" {
  calls = { "auth", stage_timeout = 1 * patience, stage_retries = 3 },
  arrivals = poisson { rate = rate },
  timeout = 36,
  retries = 3 }

fault { at = 4500, lasts = 1000, scale = { ["users.arrivals.rate"] = 50 } }
