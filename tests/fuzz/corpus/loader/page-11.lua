server "db" { service = exponential { rate = 10 }, count = 4 }
client "web" { calls = "db", arrivals = poisson { rate = 20 }, timeout = 3, retries = 4 }
fault { at = 4500, lasts = 100, set = { ["web.arrivals.rate"] = 95 } }
fault { at = 4500, lasts = 100, scale = { ["db.service"] = 2, ["web.timeout"] = 0.5 } }
fault { at = 10, lasts = 5, crash = "db[0]", lost = "error" }
fault { at = 20, lasts = 5, stall = "db[3]" }
fault { at = 30, lasts = 5, slow = "db", by = 4 }
fault { at = 40, lasts = 5, cut = { "web", "db" } }
fault { at = 50, lasts = 5, fail = "db", ratio = 0.1 }
fault { every = exponential { mean = 20 }, lasts = exponential { mean = 2 }, crash = "db", members = 1 }
