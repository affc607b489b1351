-- One server with an orbit of 100 x 40 states, for `bench/run solve`; bench/scipy_orbit.py solves the same chain.
model { title = "One server with an orbit" }
run { duration = 1000 }

server "server" {
  apis = { request = exponential { rate = 10 } },
  capacity = 99,
  orbit = 39 }

client "client" {
  calls = "server.request",
  arrivals = poisson { rate = 9.5 },
  timeout = 3,
  retries = 4 }
