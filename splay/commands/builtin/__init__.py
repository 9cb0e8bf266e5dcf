"""The built-in search commands, a file each: a class named COMMAND, found by its file's name."""
