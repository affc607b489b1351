server "api" { service = 0.1, threads = 0 }
client "web" { calls = "db", retries = -1, arrivals = poisson { rate = 1 } }
local x = nil + 1
server "db" { service = 1 }
--! :1: `api.threads`: expected a whole number of at least 1 or a distribution, got 0
--! :2: `web.retries`: expected a whole number from 0 to 1000000000, got -1
--! :3: attempt to perform arithmetic on a nil value
