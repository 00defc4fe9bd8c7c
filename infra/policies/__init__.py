"""What must not be deployed: typed rules, and a pack of pulumi-policy that applies them."""
