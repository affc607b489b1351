server "resize"  { service = 20*ms, threads = 4, forward = { { "faces", timeout = 1 }, { "archive", retries = 2 } } }
server "faces"   { service = exponential { mean = 80*ms }, threads = 8, forward = { "reply" } }
server "archive" { service = 5*ms, forward = { "reply" } }
server "reply"   { service = 1*ms, join = true }
client "phones" { calls = { "resize", stage_timeout = 2, stage_retries = 1 },
                  arrivals = poisson { rate = 50 }, timeout = 10, retries = 1 }
