-- Thirty per cent of all threads are busy: nearly every server has a free one, and every policy is about as good. What
-- shows is what a policy costs: a probe's round trip before each request.
--
--     sojourn simulate models/load-balancing/low-utilization.lua --scenario "two choices"
model { title = "Low utilization", time_unit = "ms" }

local load = param("load", 0.3, "of all threads")

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
