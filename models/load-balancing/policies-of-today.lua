-- What services use today, side by side: sixty servers of four threads, of which every one has its own speed (a mean work of
-- 10 to 30 ms), called by thirty clients over a network of half a millisecond. Three quarters of all threads are busy.
--
-- The policies fall into four groups by what they know: nothing (random, round robin); what the caller itself has in flight or
-- has seen (two choices, least requests, peak EWMA, expected time to a success); what servers report (weighted round robin,
-- Prequal, idle queues); and, for comparison, the true queues, which no real client knows. Servers are unequal here, so that
-- whoever spreads requests evenly overloads the slow ones.
--
--     sojourn compare models/load-balancing/policies-of-today.lua
--     sojourn compare models/load-balancing/policies-of-today.lua --set load=0.6
model { title = "Policies of today", time_unit = "ms" }

local load = param("load", 0.75, "of all threads")

servers "backend" {
  count = 60, threads = 4, publish = { window = 1000 },
  service = per_member(uniform { min = 10, max = 30 }, function(mean) return exponential { mean = mean } end) }
-- Of unequal servers the capacity is threads times the mean of 1 / work: ln(30/10) / 20 a ms.
clients "caller" {
  count = 30, calls = "backend", arrivals = poisson { rate = load * 60 * 4 * 0.0549 },
  network = link { rtt = 0.5 } }

local function use(name, policy)
  scenario(name, function() set { ["caller.policy"] = policy } end)
end
use("random", random)
use("round robin", round_robin)
use("two choices", power_of_choices)
use("shortest queue, as callers see it", join_shortest_queue)
use("least requests", least_requests)
use("peak EWMA", peak_ewma)
use("expected time to a success", success_latency)
use("weighted round robin", weighted_round_robin { blackout = 1000, expiry = 10000, update = 500 })
use("idle queues", join_idle_queue)
use("Prequal", prequal)
use("shortest queue, as it is", join_shortest_queue { sees = "servers" })

run { duration = 20000, runs = 4, kind = "steady" }
