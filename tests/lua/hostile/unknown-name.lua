local rate = exponental
