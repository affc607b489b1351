model { quantum = 1 }
server "api" { service = 1, count = 2, replace = { rate = 2 } }
client "web" { calls = "api", arrivals = every(1) }
--! :2: `api.replace.rate` times the quantum is a probability, at most 1
