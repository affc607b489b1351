-- How long a fault of ten seconds is felt: a queue at 97 % load.
--
-- The server takes 0.1 s a request and has room for 100. It gets 9.7 requests a second, and from 450 s on, for ten
-- seconds, ten times as many. Those fill the queue; requests wait ten seconds then, longer than the nine after which
-- their senders give up and try again, three times at most. At 97 % load there is little left to drain the queue with,
-- so the fault is felt for minutes: how many?
--
--     sojourn learn models/fault-recovery.lua --step 0.5
--     sojourn learn models/fault-recovery.lua --step 0.5 --method edmd
--
-- Learning takes the time before the fault and the time after it as two trajectories. docs/learn.md compares what comes
-- out with what is simulated and what is solved.
--
-- This is the experiment with which Metafor's original trains its Koopman autoencoder.

model { title = "Recovery from a fault" }
run { duration = 1000, runs = 400 }

server "queue" { service = exponential { mean = 0.1 }, capacity = 100 }

client "client" {
  calls = "queue",
  arrivals = poisson { rate = 9.7 },
  timeout = 9,
  retries = 3 }

fault { at = 450, lasts = 10, scale = { ["client.arrivals.rate"] = 10 } }
