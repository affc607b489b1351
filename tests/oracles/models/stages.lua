-- A pipeline whose stages time out and are offered the request again, where nobody ever waits for a thread: first, then
-- left and right at once, then a join. The join's own timeout runs for each branch from its coming, also while it waits
-- for the other one.
local lambda = param("lambda", 5, "requests per second")
local first = param("first", 0.8, "mean work of the first stage")
local left = param("left", 1.2, "of one branch")
local right = param("right", 0.9, "of the other")
local join = param("join", 1, "where they join")
local first_timeout = param("first_timeout", 1, "timeout of the first stage")
local left_timeout = param("left_timeout", 1.1, "of one branch")
local right_timeout = param("right_timeout", 0.7, "of the other")
local join_timeout = param("join_timeout", 1.6, "of the join, which is tried once")
local retries = param("retries", 1, "of the first stage and of the branches")

run { duration = 1.5e4, warmup = 100, runs = 16 }
server "first" {
  threads = 1000, service = exponential { mean = first },
  forward = { { "left", timeout = left_timeout, retries = retries },
              { "right", timeout = right_timeout, retries = retries } } }
server "left" {
  threads = 1000, service = exponential { mean = left }, forward = { { "join", timeout = join_timeout } } }
server "right" {
  threads = 1000, service = exponential { mean = right }, forward = { { "join", timeout = join_timeout } } }
server "join" { threads = 1000, service = exponential { mean = join }, join = true }
client "web" {
  calls = { "first", stage_timeout = first_timeout, stage_retries = retries },
  arrivals = poisson { rate = lambda } }
