//go:build tools

// Package tools pins the Python language host, in the last release of the SDK that contains it.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
