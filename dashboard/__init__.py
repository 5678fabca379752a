"""What does a person see? A dashboard over the time machine."""
