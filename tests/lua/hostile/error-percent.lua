error("%s%n%d 100%")
