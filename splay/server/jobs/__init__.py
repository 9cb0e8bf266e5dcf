"""Search jobs: their lives, their time ranges, and what they may write or delete."""
