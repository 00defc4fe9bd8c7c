"""The HTTP API of CIAPOL: stations, their measurements and air quality index, read from StarRocks."""
