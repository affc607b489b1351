server "db" { service = 0.1, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 8 } }
fault { every = per_member(exponential { mean = 1 }, function(x) return x end), lasts = 1, crash = "db" }
--! :3: `fault.every`: a law `per_member` has no meaning here
