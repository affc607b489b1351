server "api" {
  service = exponential {
    rate = -5
  },
  threads = 0,
  -- a comment with threads = 7
  discipline = "fiffo",
  admission = {
    token_bucket { capacity = 10,
                   rate = -1 },
    max_in_flight(5.5)
  }
}
client "web" {
  calls = "api",
  arrivals = poisson {
    rate = "many"
  },
  hedge = {
    after = 2 } }
