package kvtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/kv"
)

// model runs random operations on a store and on a builtin map, from fixed
// seeds, and requires the same answers.
func model(t testing.TB, newStore func() kv.Store) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 7))
		script := make([]byte, 2000)
		for i := range script {
			script[i] = byte(rng.Uint32())
		}
		if err := play(newStore, script); err != nil {
			t.Errorf("seed %d: %v", seed, err)
			return
		}
	}
}

// Fuzz lets the fuzzer look for operations after which the store and a builtin
// map differ.
func Fuzz(f *testing.F, newStore func() kv.Store) {
	f.Add([]byte("set, get and delete some keys"))
	f.Add([]byte{0, 1, 5, 4, 1, 9, 2, 1, 3, 3, 3, 1, 2, 3, 7, 1, 6, 2, 5, 5})
	f.Fuzz(func(t *testing.T, script []byte) {
		if err := play(newStore, script); err != nil {
			t.Error(err)
		}
	})
}

// play performs the operations that the bytes of a script spell.
func play(newStore func() kv.Store, script []byte) (err error) {
	s := newStore()
	defer func() { err = errors.Join(err, s.Close()) }()
	p := player{store: s, model: map[string]string{}, script: script}
	for len(p.script) > 0 {
		if err := p.step(); err != nil {
			return fmt.Errorf("after %d of %d bytes: %w", len(script)-len(p.script), len(script), err)
		}
	}
	return p.compareAll()
}

type player struct {
	store  kv.Store
	model  map[string]string
	script []byte
	clock  int // makes each value a new one
}

func (p *player) next() int {
	if len(p.script) == 0 {
		return 0
	}
	b := p.script[0]
	p.script = p.script[1:]
	return int(b)
}

// key spells one of few keys, so that they meet often.
func (p *player) key() string {
	n := p.next()
	return strings.Repeat("k", n%5) + fmt.Sprint(n%23)
}

func (p *player) value() string {
	p.clock++
	return strings.Repeat("v", p.next()%50) + fmt.Sprint(p.clock)
}

func (p *player) batch(of func() string) (keymill.Batch, []string) {
	list := make([]string, p.next()%12)
	for i := range list {
		list[i] = of()
	}
	return keymill.NewBatch(list...), list
}

func (p *player) step() error {
	switch p.next() % 10 {
	case 0, 1:
		key, value := p.key(), p.value()
		p.model[key] = value
		return p.store.Set(ctx, []byte(key), []byte(value), kv.SetOptions{})
	case 2:
		key := p.key()
		_, want := p.model[key]
		delete(p.model, key)
		if got, err := p.store.Delete(ctx, []byte(key)); err != nil || got != want {
			return fmt.Errorf("Delete(%q): %v, %v, want %v", key, got, err, want)
		}
	case 3:
		return p.get(p.key())
	case 4, 5:
		return p.batchSet()
	case 6:
		return p.batchDelete()
	case 7:
		return p.batchGet()
	case 8:
		return p.scan(p.key())
	case 9:
		if got := p.store.Len(); got != len(p.model) {
			return fmt.Errorf("length %d, want %d", got, len(p.model))
		}
	}
	return nil
}

func (p *player) get(key string) error {
	want, ok := p.model[key]
	got, err := p.store.Get(ctx, []byte(key), nil)
	if ok && (err != nil || string(got) != want) {
		return fmt.Errorf("Get(%q): %q, %v, want %q", key, got, err, want)
	}
	if !ok && !errors.Is(err, kv.ErrNotFound) {
		return fmt.Errorf("Get(%q): %q, %v, want ErrNotFound", key, got, err)
	}
	exists, err := p.store.Exists(ctx, []byte(key))
	if err != nil || exists != ok {
		return fmt.Errorf("Exists(%q): %v, %v, want %v", key, exists, err, ok)
	}
	return nil
}

func (p *player) batchSet() error {
	keys, list := p.batch(p.key)
	var values keymill.Batch
	want := kv.SetResult{}
	for _, key := range list {
		value := p.value()
		if err := values.Append([]byte(value)); err != nil {
			return err
		}
		if _, ok := p.model[key]; ok {
			want.Replaced++
		} else {
			want.Added++
		}
		p.model[key] = value
	}
	got, err := p.store.BatchSet(ctx, &keys, &values, kv.SetOptions{})
	if err != nil || got != want {
		return fmt.Errorf("BatchSet(%q): %+v, %v, want %+v", list, got, err, want)
	}
	return nil
}

func (p *player) batchDelete() error {
	keys, list := p.batch(p.key)
	want := 0
	for _, key := range list {
		if _, ok := p.model[key]; ok {
			want++
		}
		delete(p.model, key)
	}
	if got, err := p.store.BatchDelete(ctx, &keys); err != nil || got != want {
		return fmt.Errorf("BatchDelete(%q): %d, %v, want %d", list, got, err, want)
	}
	return nil
}

func (p *player) batchGet() error {
	keys, list := p.batch(p.key)
	var dst keymill.Batch
	if err := p.store.BatchGet(ctx, &keys, &dst); err != nil {
		return err
	}
	got := valuesOf(&dst)
	if len(got) != len(list) {
		return fmt.Errorf("BatchGet of %d keys gave %d values", len(list), len(got))
	}
	for i, key := range list {
		want, ok := p.model[key]
		if !ok {
			want = missing
		}
		if got[i] != want {
			return fmt.Errorf("BatchGet(%q): value %d is %q, want %q", list, i, got[i], want)
		}
	}
	return nil
}

func (p *player) scan(prefix string) error {
	seen := map[string]bool{}
	err := p.store.Scan(ctx, []byte(prefix), func(key, value []byte) error {
		if seen[string(key)] || p.model[string(key)] != string(value) || !strings.HasPrefix(string(key), prefix) {
			return fmt.Errorf("Scan(%q) came to %q with %q (again: %v)", prefix, key, value, seen[string(key)])
		}
		seen[string(key)] = true
		return nil
	})
	if err != nil {
		return err
	}
	for key := range p.model {
		if strings.HasPrefix(key, prefix) && !seen[key] {
			return fmt.Errorf("Scan(%q) did not come to %q", prefix, key)
		}
	}
	return nil
}

func (p *player) compareAll() error {
	for key := range p.model {
		if err := p.get(key); err != nil {
			return err
		}
	}
	if got := p.store.Len(); got != len(p.model) {
		return fmt.Errorf("length %d, want %d", got, len(p.model))
	}
	return p.scan("")
}
