local s = ("a"):rep(1000)
s:match(("a*"):rep(30) .. "b")
