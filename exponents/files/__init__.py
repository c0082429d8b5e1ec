"""How does a file get to its place, so that it is whole or absent whatever happens?

Read `whole_files`: everything that this project writes goes through it, except a sweep's store, which SQLite keeps.
"""
