"""What can be drawn? Data in, picture out; no store, no session."""
