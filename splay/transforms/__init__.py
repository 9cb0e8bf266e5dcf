"""What transforms are made of, at index time and at search time alike."""
