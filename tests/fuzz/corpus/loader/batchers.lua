store "s" { latency = exponential { mean = 1 }, failure = 0.5 }
batcher "b" { target = "s", flush = { after = 1, bytes = 10, count = 3, when_idle = true }, in_flight = 2, retries = 2,
  ordered = true, hedge = { delay = 0 }, timeout = 5, timer_rounds = true, timer_forgets = true, one_batch_per_answer = true,
  retry_polls = 1, abandoned_vanish = true, sample_every = 1 }
batcher "c" { target = "b", flush = { after = 0 } }
client "u" { calls = "c", arrivals = poisson { rate = 1 }, size = uniform { min = 0, max = 9 } }
price { per_GB = 1 }
expect { ["b.retries[2]"] = "< 9", ["s.cost.per_month"] = "< 1" }
fault { at = 1, lasts = 1, set = { ["b.flush.after"] = 2, ["s.failure"] = 1 } }
