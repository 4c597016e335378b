"""QQ through OneBot v11: a NoneBot adapter and the port that the engine acts through."""
