(("a"):rep(1e5)):gsub(".-b", "")
