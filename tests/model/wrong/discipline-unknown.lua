server "api" { service = 0.1, discipline = "fiffo" }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :1: `api.discipline`: "fiffo" is not known; did you mean "fifo"?
