"""Alert rules and dashboards of `monitoring/`: their models, and what Prometheus and Grafana read."""
