-- Hours, or with --duration 86400 a day, of servers that differ and are replaced: each member's mean service time is
-- drawn, and drawn anew when it is replaced, twice an hour on average. At a load of 5 % nobody waits, so that all that a
-- policy can do is to learn which servers are fast, and to learn it again. Runs of minutes, in which hardly anything is
-- replaced, do not show this.
--
--     sojourn simulate models/load-balancing/long-run.lua --scenario "peak latency" --duration 86400
model { title = "Long run", time_unit = "s" }

servers "backend" {
  count = 40, threads = 4, publish = { window = 60 }, replace = { rate = 2 / hour },
  service = per_member(lognormal { mean = 0.2, cv = 0.6 }, function(mean) return exponential { mean = mean } end) }
clients "caller" {
  count = 40, calls = "backend", subset = 12, arrivals = poisson { rate = 0.05 * 40 * 4 / 0.2 },
  network = link { rtt = exponential { mean = 2*ms } } }

scenario("random", function() end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("least mean latency of two", function()
  set { ["caller.policy"] = least_cost { cost = client_latency("mean"), choices = 2 } }
end)
scenario("peak latency", function() set { ["caller.policy"] = peak_ewma } end)
scenario("weighted by capacity", function()
  set { ["caller.policy"] = weighted { cost = reported(capacity("mean", "mean")) } }
end)

run { duration = 4 * hour, warmup = 60, runs = 4 }
