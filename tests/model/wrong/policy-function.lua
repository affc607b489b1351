server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, policy = function(request, choices, now) return 1 end }
--! :2: `web.policy`: a policy as a function is not in this version
