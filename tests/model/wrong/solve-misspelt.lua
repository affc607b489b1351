server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
solve { horizont = 60 }
--! :3: `horizont` is not a field of solve; did you mean `horizon`?
