local timeout = 5 * ms
model { time_unit = "ms" }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :2: `time_unit` comes before the first time word, which is on line 1
