model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = weighted { cost = reported() } }
--! :3: `reported` is written reported(in_flight), got nothing
