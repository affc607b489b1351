error("not enough memory", 0)
