string.pack("i4", 1)
