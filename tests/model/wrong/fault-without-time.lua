server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { crash = "api" }
--! :3: a fault takes `at` or `every`
