-- A database's persistence thread: commits are collected into batches, and batches are put into an object store.
--
-- How many requests at once, how long to wait for a batch to fill, how large to make it? The scenarios are the five
-- configurations that the thread's designers compared:
--
--     sojourn simulate models/persistence.lua --scenario "5 in flight"
--     sojourn simulate models/persistence.lua --scenario "5 in flight" --set rate=1200
--
-- `--set original=1` brings the thread as it was first simulated, flaw by flaw, for comparison with its figures: see
-- docs/persistence.md, which also says what each flaw costs, and answers the questions that one has of such a thread.

model { title = "Persistence thread", rank_by = "commits.latency.p95" }

local rate = param("rate", 1000, "commits per second")
local hedge = param("hedge", 0, "a second copy of a batch after this quantile of latencies, at least 0.5; 0: none")
local original = param("original", 0, "1: with the flaws of the original simulation")
local flaws = original == 1

-- The right one drains, so that no late commit is left out; the original looked away at the end.
run { duration = 30, kind = "terminating", runs = 16, drain = flaws and 0 or 300 }

store "s3" {
  latency = 30*ms + gamma { shape = 2, scale = 25*ms }, per_byte = 20*ms / MiB,
  failure = 0.01, failure_slowdown = 2 }

price { per_1000_requests = 0.005, per_GB = 0 }

batcher "persistence" {
  target = "s3",
  flush = { after = 5*ms, bytes = 1*MiB },
  in_flight = 5,
  retries = 3, backoff = exponential_backoff { base = 100*ms },
  hedge = hedge > 0 and { after = hedge } or nil,
  timer_rounds = flaws,
  timer_forgets = flaws,
  one_batch_per_answer = flaws,
  retry_polls = flaws and 1*ms or 0,
  abandoned_vanish = flaws,
  sample_every = flaws and 100*ms or 0 }

client "commits" {
  calls = "persistence", arrivals = poisson { rate = rate },
  size = mixture { {0.70, uniform_int { min = 500, max = 10*KiB }},
                   {0.25, uniform_int { min = 10*KiB, max = 100*KiB }},
                   {0.05, uniform_int { min = 100*KiB, max = 1*MiB }} } }

scenario("5 in flight", function() end)
scenario("10 in flight", function() set { ["persistence.in_flight"] = 10 } end)
scenario("20 in flight", function() set { ["persistence.in_flight"] = 20 } end)
scenario("10 in flight, 2 ms", function() set { ["persistence.in_flight"] = 10, ["persistence.flush.after"] = 2*ms } end)
scenario("10 in flight, 10 ms", function()
  set { ["persistence.in_flight"] = 10, ["persistence.flush.after"] = 10*ms }
end)
