local function replica(name, threads)
  server(name) { service = 0.1, threads = threads }
end
replica("a", 1)
replica("b", 0)
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :2: `b.threads`: expected a whole number of at least 1 or a distribution, got 0
