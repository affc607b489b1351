server "db" { service = 1 }
server "front" { service = 1, rtt = 1, forward = "db" }
client "web" { calls = "front", arrivals = every(1), network = link { rtt = server_rtt } }
--! :3: `web.network.rtt`: server_rtt is not in this version on the way into a pipeline: `front` hands requests on, and which member it will be is not known when they are sent
