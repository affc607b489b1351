server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { retry_when_full = 1 }
--! :3: `solve.retry_when_full`: expected true or false, got 1
