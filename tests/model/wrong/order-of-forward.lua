server "a" { service = 1, order = "parallel", forward = { "b" } }
server "b" { service = 1 }
client "web" { calls = "a", arrivals = poisson { rate = 1 } }
--! :1: `a.order` is that of calls; `forward` hands on to all at once
