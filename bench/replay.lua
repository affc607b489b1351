-- A recording that is longer than memory should have to hold: replayed from a file as it is read.
-- bench/run writes the file, 10 million arrivals with their service times.
server "db" { threads = 1, service = recorded() }
client "users" { calls = "db", arrivals = trace { file = "arrivals.csv", format = "csv" } }
