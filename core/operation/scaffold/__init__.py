"""`diwan module new`: a module of one register, written from one line that names its fields."""
