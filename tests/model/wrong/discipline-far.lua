server "api" { service = 0.1, discipline = "round" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.discipline`: expected "fifo", "lifo", "random", "priority" or "ps", got "round"
