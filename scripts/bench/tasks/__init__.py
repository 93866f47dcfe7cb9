"""The tasks of the extraction benchmark: one file each, with a function `run(options)`."""
