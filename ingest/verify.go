package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

// Verification is what [Verify] found.
type Verification struct {
	Rows    int64  // that were read again
	Missing int64  // rows whose key is not in the store
	Wrong   int64  // keys whose value is not that of their last row
	Example string // one of the keys that are missing or wrong, quoted; "" if there is none
}

// OK reports whether the store holds the input: every key, each with the value
// of its last row.
func (v Verification) OK() bool { return v.Missing == 0 && v.Wrong == 0 }

// Rereadable says whether the files can be read once more, as Verify does: a
// pipe cannot.
func Rereadable(files []string) error {
	for _, file := range files {
		if file == Stdin {
			return errors.New("the standard input cannot be read twice: verify needs a file")
		}
		info, err := os.Stat(file)
		if err != nil {
			return openError(err)
		}
		if mode := info.Mode(); !mode.IsRegular() && !mode.IsDir() {
			return fmt.Errorf("%s cannot be read twice: verify needs a file", file)
		}
	}
	return nil
}

// Verify reads the files of an ingest once more and looks every row up in the
// store. A row that another with the same key follows has been replaced by it:
// only the value of the last one must be there. So Verify remembers each key
// whose row differs from the store until a row comes that does not; its memory
// grows with the keys that were replaced, not with the input.
func Verify(ctx context.Context, c Config) (Verification, error) {
	if c.Progress == nil {
		c.Progress = new(Progress)
	}
	if err := Rereadable(c.Files); err != nil {
		return Verification{}, err
	}
	var v Verification
	pending := map[string]struct{}{} // keys whose last row so far differs
	note := func(key []byte) {
		if v.Example == "" {
			v.Example = fmt.Sprintf("%q", key)
		}
	}
	work := func(job *Job) error { return c.Store.BatchGet(ctx, &job.Keys, &job.Found) }
	err := Stream(ctx, c.Files, c.Options, c.Progress, work, func(job *Job) error {
		defer job.Done()
		for i := range job.Keys.Len() {
			key := job.Keys.Key(i)
			switch {
			case job.Found.IsNull(i):
				v.Missing++
				note(key)
			case !bytes.Equal(job.Found.Key(i), job.Values.Key(i)):
				pending[string(key)] = struct{}{}
			case len(pending) > 0:
				delete(pending, string(key))
			}
		}
		v.Rows += int64(job.Keys.Len())
		return nil
	})
	v.Wrong = int64(len(pending))
	for key := range pending {
		note([]byte(key))
		break
	}
	return v, err
}
