"""Deployment policies: typed rules, and the policy pack of pulumi-policy that applies them."""
