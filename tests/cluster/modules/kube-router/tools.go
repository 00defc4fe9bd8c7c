//go:build tools

// Package tools pins kube-router and all modules that it is built from.
package tools

import _ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
