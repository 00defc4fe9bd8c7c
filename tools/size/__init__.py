"""How large a stack on Kubernetes must be for a load."""
