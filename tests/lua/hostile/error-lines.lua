error("first\n\tsecond")
