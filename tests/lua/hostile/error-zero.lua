error("zero \0 and more")
