server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, every = 5, lasts = 1, crash = "api" }
--! :3: a fault takes `at` or `every`, not both
