model { time_unit = 5 }
server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `model.time_unit`: expected "us", "ms", "s", "minute", "hour" or a name of at most 15 letters, got 5
