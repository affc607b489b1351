server "api" { service = 0.1, discipline = "fi\0fo" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: a text must not contain a zero byte
--! :1: `api.discipline`: expected "fifo", "lifo", "random", "priority" or "ps", got "fi"
