package backendtest

import (
	"os"
	"strings"
	"testing"
)

// Missing ends a test that needs a backend which is not here: it is left out, or fails
// where REQUIRE_BACKENDS names the backend, or one that begins so.
func Missing(t testing.TB, backend string, err error) {
	t.Helper()
	if strings.Contains(os.Getenv("REQUIRE_BACKENDS"), backend) {
		t.Fatalf("REQUIRE_BACKENDS names %s: %v", backend, err)
	}
	t.Skipf("no %s here: %v", backend, err)
}
