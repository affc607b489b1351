server "db" { service = 1,
  calls = {
    { "api", timeout = 1,
      retry = 3 } } }
server "api" { service = 0.1 }
client "web" { calls = "db", arrivals = poisson { rate = 1 } }
--! :4: `retry` is not a field of call, which is written { "server", timeout= }
