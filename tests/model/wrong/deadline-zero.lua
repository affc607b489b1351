server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, deadline = 0 }
--! :2: `web.deadline`: expected a number above 0, got 0
