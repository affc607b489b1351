model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, in_flight_until = "sreved" }
--! :3: `web.in_flight_until`: "sreved" is not known; did you mean "served"?
