local s = "\400"
