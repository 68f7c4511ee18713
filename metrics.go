package keymill

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMetrics writes the stats in the text format that Prometheus reads, version
// 0.0.4, for a handler of /metrics. The error is that of w.
func (s Stats) WriteMetrics(w io.Writer) error {
	out := bufio.NewWriter(w)
	family := func(name, kind, help string, value func(b *BackendStats) any) {
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
		for i := range s.Backends {
			b := &s.Backends[i]
			fmt.Fprintf(out, "%s{backend=\"%s\"} %v\n", name, escapeLabel(b.Name), value(b))
		}
	}
	family("keymill_batches_total", "counter", "Batches that the backend placed.", func(b *BackendStats) any { return b.Batches })
	family("keymill_keys_total", "counter", "Keys that the backend placed.", func(b *BackendStats) any { return b.Keys })
	family("keymill_key_bytes_total", "counter", "Bytes of the keys that the backend placed.", func(b *BackendStats) any { return b.Bytes })
	family("keymill_busy_seconds_total", "counter", "Seconds that the backend was at work, about.", func(b *BackendStats) any { return b.Seconds })
	family("keymill_failures_total", "counter", "Batches that the backend failed at and another placed.", func(b *BackendStats) any { return b.Failures })
	family("keymill_unsupported_total", "counter", "Batches that the backend does not run.", func(b *BackendStats) any { return b.Unsupported })
	family("keymill_quarantines_total", "counter", "Times that the backend went into quarantine.", func(b *BackendStats) any { return b.Quarantines })
	family("keymill_quarantined", "gauge", "1 while the backend is in quarantine.", func(b *BackendStats) any {
		if b.Quarantine != "" {
			return 1
		}
		return 0
	})
	fmt.Fprintf(out, "# HELP keymill_cost_scale Times what its profile says that the backend takes, where it adapted.\n# TYPE keymill_cost_scale gauge\n")
	for i := range s.Backends {
		for _, scale := range s.Backends[i].Scales {
			fmt.Fprintf(out, "keymill_cost_scale{backend=\"%s\",op=\"%s\"} %v\n", escapeLabel(s.Backends[i].Name), escapeLabel(scale.Op.String()), scale.Times)
		}
	}
	fmt.Fprintf(out, "# HELP keymill_split_batches_total Batches that were shared out over several backends.\n# TYPE keymill_split_batches_total counter\nkeymill_split_batches_total %d\n", s.Splits)
	return out.Flush()
}

// escapeLabel escapes the value of a label as the format asks.
func escapeLabel(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
}
