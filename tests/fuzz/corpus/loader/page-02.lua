model { title = "In milliseconds", time_unit = "ms" }
server "disk" { service = 4 + exponential { mean = 500*us } }
client "app" { calls = "disk", arrivals = every(1*s), size = 64*KiB }
