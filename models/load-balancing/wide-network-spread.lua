-- Round trips from 1 ms to a second: most messages are fast, some are very slow (a lognormal law with a deviation of
-- three times its mean). What a client has in flight is then mostly messages, and says little about the servers; the
-- slowest requests are slow messages, which no choice of the server avoids, and a second copy after the 95th percentile
-- does.
--
--     sojourn simulate models/load-balancing/wide-network-spread.lua --scenario "two choices and copies"
model { title = "Wide network spread", time_unit = "ms" }

servers "backend" { count = 40, threads = 4, service = exponential { mean = 20 }, publish = { window = 1000 } }
clients "caller" {
  count = 40, calls = "backend", subset = 12, arrivals = poisson { rate = 0.6 * 40 * 4 / 20 },
  network = link { rtt = lognormal { mean = 30, cv = 3 } } }

scenario("random", function() end)
scenario("two choices", function() set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("least mean latency of two", function()
  set { ["caller.policy"] = least_cost { cost = client_latency("mean"), choices = 2 } }
end)
scenario("least reported in flight", function() set { ["caller.policy"] = least_cost { cost = reported(in_flight) } } end)
scenario("two choices and copies", function()
  set { ["caller.policy"] = least_cost { cost = client_in_flight, choices = 2 }, ["caller.hedge"] = { after = 0.95 } }
end)

run { duration = 20000, runs = 4 }
