server "api" { service = 0.1 }
--! : the model has no client, so nothing would happen: expected client "name" { calls=, arrivals= }
