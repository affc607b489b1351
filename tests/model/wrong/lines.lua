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
--! :3: `exponential.rate`: expected a number above 0, got -5
--! :5: `api.threads`: expected a whole number of at least 1 or a distribution, got 0
--! :7: `api.discipline`: "fiffo" is not known; did you mean "fifo"?
--! :10: `api.admission[1].rate`: expected a number of at least 0, got -1
--! :11: `api.admission[2].limit`: expected a whole number from 1 to 1000000000, got 5.5
--! :17: `web.arrivals.rate`: expected a number of at least 0, got "many"
--! :20: `web.hedge.after`: expected a number of at least 0.5, below 1, got 2
