local b = {} < {}
