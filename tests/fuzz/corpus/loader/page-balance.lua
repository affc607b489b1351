model { time_unit = "tick", quantum = 1 }
local function G(m) return floor(1 + gamma { shape = m - 1/1.5, scale = 1 }) end

servers "backend" {
  count = 40, threads = G(100), service = per_member(G(6), G),
  rtt = G(2), cold_start = 10, probe_service = 1, replace = { rate = 0.002 },
  publish = { window = 100, ewma = 0.2 } }
clients "web" {
  count = 40, calls = "backend", subset = 12,
  arrivals = spread { count = 79333, over = 170 },
  network = link { one_way = per_member((server_rtt + G(2)) / 2, G), redraw = 0.002 },
  policy = with_probes(least_cost { cost = reported(in_flight) }, { per_request = 2 }) }

scenario("two choices", function() set { ["web.policy"] = least_cost { cost = client_in_flight, choices = 2 } } end)
scenario("by capacity", function() set { ["web.policy"] = weighted { cost = reported(capacity("mean", "mean")) } } end)
scenario("hot and cold", function()
  set { ["web.policy"] = hot_cold { rank = client_latency("mean"), health = client_in_flight } }
end)
scenario("a race", function() set { ["web.policy"] = subset_of(fastest_probe, 3) } end)
