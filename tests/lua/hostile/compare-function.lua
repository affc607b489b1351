local b = tostring < error
