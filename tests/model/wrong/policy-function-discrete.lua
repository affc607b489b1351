model { time_unit = "tick", quantum = 1 }
servers "api" { count = 2, service = 1 }
clients "web" { count = 2, calls = "api", arrivals = spread { count = 8, over = 4 },
  policy = function(request, choices, now) return 1 end }
--! :4: `web.policy`: a policy as a function is not in this version in discrete time (`quantum` above 0)
