server "api" {
  service = 0.1
  threads = 2 }
client "web" { calls = "api", arrivals = poisson { rate = 8 } }
--! :3: '}' expected (to close '{' at line 1) near 'threads'
