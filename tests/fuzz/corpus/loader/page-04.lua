servers "backend" {
  count = 10,
  service = per_member(uniform { min = 10*ms, max = 30*ms }, function(mean) return exponential { mean = mean } end),
  replace = { rate = 1 / hour } }
client "web" { calls = "backend", arrivals = poisson { rate = 100 } }
