module kappastack.invalid/probe

go 1.24.0
