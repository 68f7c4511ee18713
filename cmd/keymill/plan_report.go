package main

import (
	"bytes"
	"encoding/json"
	"io"
)

// writeReport writes a report to stdout: as JSON, or as the text that write makes of it.
func writeReport[R any](a *app, asJSON bool, report R, write func(io.Writer, R)) error {
	var out bytes.Buffer
	if asJSON {
		if err := json.NewEncoder(&out).Encode(report); err != nil {
			return err
		}
	} else {
		write(&out, report)
	}
	_, err := a.out.Write(out.Bytes())
	return err
}
