server "disk" { apis = { read = 5*ms, write = 8*ms } }
server "log"  { service = 0.2*ms }
server "db" {
  threads = 4,
  capacity = 100,                   -- waiting and in service; one more is refused
  discipline = "fifo",
  apis = {
    read   = exponential { mean = 2*ms },
    insert = { work = exponential { mean = 10*ms },
               calls = { { "disk.write", timeout = 0.5, retries = 3 },
                         { "log", wait = false } } } },
  admission = { token_bucket { capacity = 10, rate = 500 }, max_in_flight(64) },
  refuse = "silent" }
client "web" { calls = { {9, "db.read"}, {1, "db.insert"} }, arrivals = poisson { rate = 300 }, timeout = 1 }
