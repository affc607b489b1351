-- Which load-balancing policy? 46 scenarios of one world, in which servers differ and come and go.
--
--     sojourn simulate models/load-balancing.lua --scenario RoundRobin
--     sojourn show models/load-balancing.lua --scenario Hcl
--
-- 40 clients call 40 servers; each client knows 12 of them. A server has about 100 threads and takes about 6 ticks a
-- request, but each has its own figures, drawn anew when it is replaced, once in 500 ticks on average. Requests come
-- for 170 ticks, then what is there is served. The scenarios differ in how a client picks the server of a request, and
-- in how many requests come: "LowerRequestRate" leaves room for the probes that a policy sends.
--
-- It is the world of a notebook, and its figures `original....` are computed here as they are there, so that they can be
-- compared. The notebook has its oddities; they are options of the language that no other model need use:
--
--   subset_replacement        a client's 12 servers are drawn with replacement, so it may know one twice
--   in_flight_until           what a client counts as in flight ends when the server has finished, before the answer
--                             is back; the run ends when nothing is in flight, and answers still under way are lost
--   overlapping_states        the latencies that clients rank by, and `original....`, count the ticks of a request's
--                             states, and in a tick in which it changes its state both: 3 ticks more than it took
--   replace.requeue           a new server with fewer threads than requests in service puts the last ones back, in
--                             reverse order, and they start over
--   at_most_idle              probes go to any servers, but no more than there are servers with nothing in flight
--   zero_is_unknown           a cost of 0 counts as unknown
--   subset_of.replacement     the servers that are probed are drawn with replacement
--   original                  only completions in every 30th tick are recorded, after tick 30, and of the utilizations
--                             that came with answers each different value once
--
-- The load looks like 70 % (11.67 requests a tick for each server of 100 threads at 6 ticks) and is 66 %, because the
-- mean of a drawn mean is less than 6: see `sojourn show`.

model { title = "Load balancing", time_unit = "tick", quantum = 1,
  overlapping_states = true, original = { every = 30, after = 30 } }

local ticks, servers_count, threads, work = 170, 40, 100, 6

-- A whole number of at least 1 with a mean of about m.
local function G(m) return floor(1 + gamma { shape = m - 1/1.5, scale = 1 }) end
local wide = floor(1 + gamma { shape = 2 - 1/3, scale = 1 })

-- Requests for a load of 70 % of all threads, with that many probes of one tick a request.
local function load(probes)
  return floor(0.7 * threads / (work + probes) * servers_count * ticks + 0.5)
end

-- All scenarios see the same worlds, run by run, and so share their luck.
run { duration = ticks, drain = 300, runs = 6 }

servers "backend" {
  count = servers_count,
  threads = G(threads),
  service = per_member(G(work), G),
  rtt = wide,
  cold_start = 10,
  probe_service = 1,
  replace = { rate = 0.002, requeue = true },
  publish = { window = 100, ewma = 0.2, pid = { kp = 1, ki = 1/50, kd = 5 } } }

clients "web" {
  count = 40,
  calls = "backend",
  subset = 12,
  subset_replacement = true,
  in_flight_until = "served",
  arrivals = spread { count = load(0), over = ticks },
  network = link { one_way = per_member((server_rtt + wide) / 2, G), redraw = 0.002 } }

-- A policy under a name; with `probes`, fewer requests, as if each had that many.
local function policy(name, picks, probes)
  scenario(name, function()
    set { ["web.policy"] = picks }
    if probes then set { ["web.arrivals.count"] = load(probes) } end
  end)
end

local function probing(picks) return with_probes(picks, { per_request = 2, at_most_idle = true }) end

-- As it is; with probes; with probes and fewer requests (the notebook counts 6 probes a request).
local function probed(name, picks)
  policy(name, picks)
  policy("Probing" .. name, probing(picks))
  policy("Probing" .. name .. "LowerRequestRate", probing(picks), 6)
end

local function by_weight(cost) return weighted { cost = cost, zero_is_unknown = true } end

policy("Random", random)
policy("RoundRobin", round_robin)
scenario("RoundRobinLittleBigJobs", function()
  set { ["web.policy"] = round_robin, ["backend.count"] = 10, ["backend.threads"] = G(4 * threads) }
end)

policy("LeastMeanClientLatency", least_cost { cost = client_latency("mean") })
probed("LeastServerRequestsInFlight", least_cost { cost = reported(in_flight) })
probed("WeightedServerRequestsInFlight", least_cost { cost = reported(in_flight) }) -- not weighted there either
probed("LeastServerExpectedLatency", least_cost { cost = reported(expected_latency) })
probed("WeightedServerExpectedLatency", by_weight(reported(expected_latency)))

policy("LeastClientRequestsInFlight", least_cost { cost = client_in_flight })
policy("LeastClientRequestsInFlightPickTwo", least_cost { cost = client_in_flight, choices = 2 })
policy("LeastClientRequestsInFlightPickThree", least_cost { cost = client_in_flight, choices = 3 })

probed("Hcl", hot_cold { rank = reported(expected_latency), health = reported(in_flight), zero_is_unknown = true })
probed("ClientMetricsHcl", hot_cold { rank = client_latency("mean"), health = client_in_flight, zero_is_unknown = true })

policy("WeightedMeanClientLatency", by_weight(client_latency("mean")))
policy("WeightedClientRequestsInFlight", by_weight(client_in_flight))

for name, figure in pairs { Utilization = utilization("mean"), Capacity = capacity("mean", "mean"),
                            AvailableCapacity = available_capacity("mean", "mean") } do
  probed("WeightedMean" .. name, by_weight(reported(figure)))
  policy("CheatWeightedMean" .. name, by_weight(actual(figure)))
end

policy("CheatPidControlledUtilization", weighted { cost = actual(pid_weight), negative = true, zero_is_unknown = true })
policy("ClientPidControlledUtilization", pid_weighted)

-- Probes of all the servers drawn, the first to answer gets the request. Of n probes 55 in 63 count against the load.
local function race(n) return subset_of(fastest_probe, n, { replacement = true }) end
policy("FastestProbe2", race(2))
policy("FastestProbe3", race(3))
policy("FastestProbe2LowerRequestRate", race(2), 2 * 55/63)
policy("FastestProbe3LowerRequestRate", race(3), 3 * 55/63)
policy("FastestProbeAllLowerRequestRate", fastest_probe, 12 * 55/63)
