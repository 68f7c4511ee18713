// So that Go compiles functions without a body: those of linked.go.
