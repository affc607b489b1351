server "api" { service = 0.1 }
client "web" { calls = "api", arrivals = poisson { rate = 8 }, backoff = exponential_backoff { base = 1, jitter = "ful" } }
--! :2: `web.backoff.jitter`: "ful" is not known; did you mean "full"?
