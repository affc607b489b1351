model { time_unit = "tick" }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = trace { file = "access.log" } }
--! :3: `web.arrivals`: a recording in seconds needs a time unit of known length, not "tick"
