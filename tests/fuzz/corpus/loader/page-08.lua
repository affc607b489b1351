server "api" { service = 10*ms, threads = 2 }
client "users"   { calls = "api", arrivals = poisson { rate = 20 } }
client "sensors" { calls = "api", arrivals = every(1), count = 10, per_client = true }
client "bursts"  { calls = "api", arrivals = mmpp { rates = {2, 60}, transitions = { {0, 0.1}, {1, 0} } } }
client "day"     { calls = "api", arrivals = piecewise { {0, 5}, {8*hour, 30}, {18*hour, 5} } }
client "clerks"  { calls = "api", arrivals = closed { population = 12, think = exponential { mean = 5 } } }
client "batch"   { calls = "api", arrivals = spread { count = 1000, over = 1*hour } }
