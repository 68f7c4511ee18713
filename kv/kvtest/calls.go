package kvtest

import (
	"context"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

func withCancel() (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }

// everyCall makes each call of a store once, and returns the errors by name.
func everyCall(ctx context.Context, s kv.Store, keys, values *keymill.Batch) map[string]error {
	errs := map[string]error{}
	key := []byte("a")
	_, errs["Get"] = s.Get(ctx, key, nil)
	errs["View"] = s.View(ctx, key, func([]byte) error { return nil })
	_, errs["Exists"] = s.Exists(ctx, key)
	errs["Set"] = s.Set(ctx, key, key, kv.SetOptions{})
	_, errs["Delete"] = s.Delete(ctx, key)
	errs["BatchGet"] = s.BatchGet(ctx, keys, &keymill.Batch{})
	_, errs["BatchSet"] = s.BatchSet(ctx, keys, values, kv.SetOptions{})
	_, errs["BatchDelete"] = s.BatchDelete(ctx, keys)
	errs["Scan"] = s.Scan(ctx, nil, func(_, _ []byte) error { return nil })
	if p, ok := s.(kv.PlacedSetter); ok {
		var groups keymill.Groups
		if err := groupUnder(p, keys, &groups); err != nil {
			errs["Params"] = err
			return errs
		}
		_, errs["SetPlaced"] = p.SetPlaced(ctx, keys, values, &groups, 0, p.Params().Scheme.Parts, kv.SetOptions{})
	}
	return errs
}
