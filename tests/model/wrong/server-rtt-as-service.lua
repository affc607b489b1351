model { quantum = 1 }
server "api" { service = server_rtt + 1, rtt = 2 }
client "web" { calls = "api", arrivals = poisson { rate = 1 }, subset = 1 }
--! :2: `api.service`: server_rtt is for the laws of a link, it has no meaning here
