local _ENV <const> = {}
X = 1
Y()
