-- Ninety per cent of all threads are busy: this is where policies differ most. Each client knows 12 of the 40 servers, and
-- where load is not looked at (random, round robin, probes that measure the network) servers that more clients know than
-- others get more than they can serve: their queues grow, and a steady state does not exist.
--
--     sojourn simulate models/load-balancing/high-utilization.lua --scenario "two choices"
model { title = "High utilization", time_unit = "ms" }

local load = param("load", 0.9, "of all threads")

servers "backend" { count = 40, threads = 4, service = exponential { mean = 20 }, publish = { window = 1000 } }
clients "caller" {
  count = 40, calls = "backend", subset = 12, arrivals = poisson { rate = load * 40 * 4 / 20 },
  network = link { rtt = exponential { mean = 2 } } }

scenario("random", function() end)
scenario("round robin", function() set { ["caller.policy"] = round_robin } end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("least mean latency of two", function()
  set { ["caller.policy"] = least_cost { cost = client_latency("mean"), choices = 2 } }
end)
scenario("least reported in flight", function() set { ["caller.policy"] = least_cost { cost = reported(in_flight) } } end)
scenario("hot or cold", function()
  set { ["caller.policy"] = hot_cold { rank = client_latency("mean"), health = client_in_flight } }
end)
scenario("fastest probe of three", function() set { ["caller.policy"] = subset_of(fastest_probe, 3) } end)

run { duration = 20000, runs = 4, kind = "steady" }
