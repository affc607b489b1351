("a"):find("[a")
