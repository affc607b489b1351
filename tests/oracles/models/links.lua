-- Links that take time and lose messages in both directions, and a link that is cut at random times.
local lambda = param("lambda", 5, "requests per second")
local mu = param("mu", 1, "1 / mean service time")
local delay = param("delay", 0.2, "constant part of the round trip")
local jitter = param("jitter", 0.3, "mean of its exponential part")
local loss = param("loss", 0.1, "probability that a message is lost")
local timeout = param("timeout", 2, "of each attempt")
local retries = param("retries", 2, "after the first attempt")
local one_way = param("one_way", 1, "delay of each direction of the link that is cut")
local cuts = param("cuts", 0.2, "cuts per second of connection")
local heals = param("heals", 2, "reconnections per second of a cut")

run { duration = 3.5e4, warmup = 50, runs = 16, kind = "steady" }
server "api" { threads = 1000, service = exponential { rate = mu } }
client "delayed" {
  calls = "api", arrivals = poisson { rate = lambda },
  network = link { rtt = delay + exponential { mean = jitter } } }
client "lossy" {
  calls = "api", arrivals = poisson { rate = lambda }, timeout = timeout, retries = retries,
  network = link { one_way = 0, loss = loss } }
server "remote" { threads = 1000, service = exponential { rate = mu } }
client "cut-off" {
  calls = "remote", arrivals = poisson { rate = lambda }, timeout = 100, network = link { one_way = one_way } }
fault { every = exponential { rate = cuts }, lasts = exponential { rate = heals }, cut = { "cut-off", "remote" } }
-- Bytes take time on the way there.
client "heavy" {
  calls = "api", arrivals = poisson { rate = lambda }, size = uniform { min = 0, max = 100 },
  network = link { one_way = 0.1, per_byte = 0.01 } }
