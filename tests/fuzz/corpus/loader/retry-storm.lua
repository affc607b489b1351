model { title = "Retry storm" }
run { duration = 10000 }

server "52" {
  apis = { insert = exponential { rate = 10 } },
  capacity = 99,
  orbit = 19 } -- only for `solve`: how many retrying requests it keeps apart

client "client" {
  calls = "52.insert",
  arrivals = poisson { rate = 9.5 },
  timeout = 3,
  retries = 4 }

fault { at = 4500, lasts = 100, set = { ["client.arrivals.rate"] = 95 } }
