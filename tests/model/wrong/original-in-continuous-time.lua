model { overlapping_states = true, original = { every = 3 } }
server "api" { service = 1, probe_service = 1, replace = { rate = 0.1, requeue = true } }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, in_flight_until = "served" }
--! :1: `model.overlapping_states` is not in this version in continuous time (`quantum` 0)
--! :1: `model.original` is not in this version in continuous time (`quantum` 0)
