"""`make run`: the embedded services and the supervisor of every process."""
