-- MMPP/M/1: calm and stormy arrivals. Once as an arrival process, once as a fault that multiplies a Poisson rate.
local calm = param("calm", 0.2, "arrivals per second while calm")
local storm = param("storm", 5, "arrivals per second in a storm")
local begins = param("begins", 0.1, "storms begin, per second of calm")
local ends = param("ends", 0.9, "storms end, per second of storm")
local mu = param("mu", 1, "services per second")

run { duration = 1e6, warmup = 2000, runs = 16, kind = "steady" }
server "api" { service = exponential { rate = mu } }
client "web" {
  calls = "api",
  arrivals = mmpp { rates = { calm, storm }, transitions = { { 0, begins }, { ends, 0 } } } }
server "scaled-api" { service = exponential { rate = mu } }
client "scaled" { calls = "scaled-api", arrivals = poisson { rate = calm } }
fault {
  every = exponential { rate = begins }, lasts = exponential { rate = ends },
  scale = { ["scaled.arrivals.rate"] = storm / calm } }
