"""What makes, vets and describes the app's package. Nothing in here ships."""
