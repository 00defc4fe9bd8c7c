//go:build tools

// Package tools pins the Python language host: the last release of the SDK that carries it.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
