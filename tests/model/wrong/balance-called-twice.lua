model { quantum = 1 }
server "api" { service = 1, count = 3 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, policy = fastest_probe { only_if_idle = true } { only_if_idle = false } }
--! :3: fastest_probe cannot be called
