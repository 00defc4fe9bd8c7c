"""Alert rules and dashboards of `monitoring/`: their models, and the generated files for Prometheus and Grafana."""
