"""How fast is it? Each workload beside the least this machine could do for it, in one run."""
