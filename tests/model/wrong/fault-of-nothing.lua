server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
fault { at = 1, lasts = 2 }
--! :3: the fault does nothing: expected `set`, `scale`, `crash`, `stall`, `slow`, `cut` or `fail`
