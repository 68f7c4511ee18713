package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/kv"
	"github.com/keymill/keymill/kv/ref"
	"github.com/keymill/keymill/place"
)

func (a *app) demoCommand() *cobra.Command {
	var dir, profile string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "A tour of keymill in half a minute",
		Long: `Shows what keymill does: single keys and batches in a store, hashes, placement as
Kafka, Redis Cluster and others do it, and then a real ingest: every file below a
folder, its path as the key, its contents as the value. Nothing is written.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				dir = demoFolder()
			}
			candidates, err := a.candidates(backend.Auto, 1, profile)
			if err != nil {
				return err
			}
			d, err := keymill.NewDispatcher(keymill.Config{Candidates: candidates})
			if err != nil {
				return err
			}
			t := &tour{app: a, ctx: cmd.Context(), dispatcher: d, store: ref.New(ref.Options{Backend: d}), dir: dir}
			for _, part := range []func(){t.singleKeys, t.batches, t.hashes, t.placement, t.ingest, t.balance} {
				if part(); t.err != nil {
					return t.err
				}
			}
			t.say("\nMore: keymill --help, and README.md.\n")
			return worst(t.rejected, t.err)
		},
	}
	addProfile(cmd, &profile)
	cmd.Flags().StringVar(&dir, "dir", "", "folder whose files are ingested (default: the sources of Go, if Go is there)")
	return cmd
}

// demoFolder finds a folder that has files on any machine.
func demoFolder() string {
	if out, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		if src := filepath.Join(strings.TrimSpace(string(out)), "src"); isFolder(src) {
			return src
		}
	}
	for _, dir := range []string{"/usr/share/doc", "/usr/share"} {
		if isFolder(dir) {
			return dir
		}
	}
	return "."
}

func isFolder(path string) bool {
	info, err := os.Stat(path) // a link to a folder is one
	return err == nil && info.IsDir()
}

// tour is a demo in progress. After the first error its parts do nothing.
type tour struct {
	*app
	ctx        context.Context
	dispatcher *keymill.Dispatcher
	store      kv.Store
	dir        string
	rejected   error // files were: the tour goes on, but not all of it was done
	err        error
}

func (t *tour) say(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format, args...)
	}
}

// try keeps the first error.
func (t *tour) try(err error) bool {
	if t.err == nil {
		t.err = err
	}
	return t.err == nil
}

func (t *tour) singleKeys() {
	t.say("1. A store, key by key\n\n")
	set := func(key, value string) {
		t.try(t.store.Set(t.ctx, []byte(key), []byte(value), kv.SetOptions{}))
		t.say("   set    %-12s %q\n", key, value)
	}
	get := func(key string) {
		value, err := t.store.Get(t.ctx, []byte(key), nil)
		t.try(err)
		t.say("   get    %-12s %q\n", key, value)
	}
	exists := func(key string) {
		ok, err := t.store.Exists(t.ctx, []byte(key))
		t.try(err)
		t.say("   exists %-12s %v\n", key, ok)
	}
	set("user:1001", "Alice")
	set("user:1002", "Bob")
	get("user:1001")
	set("user:1001", "Alice Smith")
	get("user:1001")
	exists("user:9999")
	was, err := t.store.Delete(t.ctx, []byte("user:1002"))
	t.try(err)
	t.say("   delete %-12s %v\n", "user:1002", was)
	exists("user:1002")
}

func (t *tour) batches() {
	t.say("\n2. Batches: hashed once, one lock a shard\n\n")
	keys := keymill.NewBatch("config:timeout", "config:retries", "config:debug")
	values := keymill.NewBatch("30000", "3", "false")
	result, err := t.store.BatchSet(t.ctx, &keys, &values, kv.SetOptions{})
	t.try(err)
	t.say("   set %d keys in one call\n", result.Added)
	wanted, got := keymill.NewBatch("config:timeout", "config:retries", "config:missing"), keymill.Batch{}
	if !t.try(t.store.BatchGet(t.ctx, &wanted, &got)) {
		return
	}
	for i := range wanted.Len() {
		if got.IsNull(i) {
			t.say("   get    %-16s is not there\n", wanted.Key(i))
		} else {
			t.say("   get    %-16s %q\n", wanted.Key(i), got.Key(i))
		}
	}
}

func (t *tour) hashes() {
	t.say("\n3. Hashes, the same on every backend and for ever\n\n")
	key := []byte("session:abc123")
	for _, f := range []hash.Func{hash.XXH3, hash.XXH64, hash.Murmur2, hash.CRC16, hash.FX64} {
		t.say("   %-8s of %s  %0*x\n", f, key, f.Bits()/4, f.Sum64(key, hash.Seed{}))
	}
}

func (t *tour) placement() {
	t.say("\n4. Where real systems put a key, of 16 partitions (Redis: 16,384 slots)\n\n")
	keys := keymill.NewBatch("shard:0", "shard:1", "shard:2", "user:1001", "{user:1001}.cart")
	schemes := []place.Scheme{place.Fastrange(16), place.Kafka(16), place.Librdkafka(16), place.Jump(16), place.Redis()}
	table := make([][]uint32, len(schemes))
	t.say("   %-18s", "key")
	for i, s := range schemes {
		var placed keymill.Placement
		placed.Resize(keymill.OutParts, keys.Len(), 0)
		t.try(t.dispatcher.Place(&placed, &keys, keymill.Params{Scheme: s}))
		table[i] = placed.Parts
		t.say("%12s", s.Name)
	}
	t.say("\n")
	for k := range keys.Len() {
		t.say("   %-18s", keys.Key(k))
		for i := range schemes {
			t.say("%12d", table[i][k])
		}
		t.say("\n")
	}
}

func (t *tour) ingest() {
	t.say("\n5. An ingest: every file below %s\n\n", printable(t.dir))
	store := ref.New(ref.Options{Backend: t.dispatcher})
	options := ingest.Options{Format: ingest.FormatTree}
	result := t.ingestInto(t.ctx, store, t.dispatcher, []string{t.dir}, options, true)
	if isRejected(result.err) {
		t.rejected = result.err
	} else if !t.try(result.err) {
		return
	}
	if t.err == nil {
		t.err = result.print(t.app, false)
	}
	t.store = store
}

// balance places the keys of the ingest once more, and draws how many each
// partition has.
func (t *tour) balance() {
	const partitions = 16
	var keys keymill.Batch
	if !t.try(t.store.Scan(t.ctx, nil, func(key, _ []byte) error { return keys.Append(key) })) {
		return
	}
	var placed keymill.Placement
	placed.Resize(keymill.OutCounts, keys.Len(), partitions)
	if !t.try(t.dispatcher.Place(&placed, &keys, keymill.Params{Scheme: place.Fastrange(partitions)})) {
		return
	}
	t.say("\n6. Their balance over %d partitions (fastrange of xxh3)\n\n", partitions)
	most := max(1, slices.Max(placed.Counts))
	for part, n := range placed.Counts {
		t.say("   %2d  %8s  %s\n", part, grouped(int64(n)), strings.Repeat("#", int(40*n/most)))
	}
	if mean := float64(keys.Len()) / partitions; mean > 0 {
		t.say("\n   the fullest has %.2f times the mean\n", float64(most)/mean)
	}
}
