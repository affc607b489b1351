server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, backoff = exponential_backoff { base = 1, jiter = "full" } }
--! :2: `jiter` is not a field of exponential_backoff; did you mean `jitter`?
