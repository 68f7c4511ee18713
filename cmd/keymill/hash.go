package main

import (
	"fmt"
	"math/bits"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/ingest"
	"github.com/keymill/keymill/place"
)

func (a *app) hashCommand() *cobra.Command {
	var input inputFlags
	var name, seed string
	var digest bool
	var scheme string
	var types keyTypeFlags
	cmd := &cobra.Command{
		Use:   "hash [FILE...]",
		Short: "Print the hash of every key",
		Long: `Prints a line for each key: its hash in hex, as many digits as the hash has, a
tab, and the key as it stood in the input. Of murmur3-x64-128 both words are
printed, the first one first; of md5 the digest as md5sum prints it, whose first
8 bytes are the hash as a little-endian number.

FILE is a file or a pattern; - is the standard input. Files that end in .tsv
have the key in their first column; of all others each line is a key. gzip and
zstd are recognised.

With --scheme NAME it prints the number that a system makes of the key, and that
its placement scheme reduces to a partition, as the system writes it: Cassandra's
token, Spark's hash(), Vitess' keyspace id (its first 8 bytes, in hex), Redis' CRC;
and "-" for a key that the system does not place by its hash. 'keymill place
--list' has the schemes.

With --digest it prints one line instead: the number of keys, a tab, and a
digest of all hashes that does not depend on their order. It is the sum, modulo
2^64, of splitmix64's output function of each hash (of the first word, of 128
bits): the same on every backend.`,
		Example: `  keymill hash keys.txt
  keymill hash --hash murmur2 --key-encoding hex keys.hex
  keymill hash --scheme cassandra --key-type uuid ids.txt
  zcat access.log.gz | cut -f1 | keymill hash --digest -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if scheme != "" {
				if flag := firstChanged(cmd, "hash", "seed", "digest"); flag != "" {
					return usageError{fmt.Errorf("--scheme and --%s: a scheme has its own hash and seed, and no digest", flag)}
				}
				return a.printNumbers(cmd, args, scheme, &types, &input)
			}
			if flag := firstChanged(cmd, "key-type", "null"); flag != "" {
				return usageError{fmt.Errorf("--%s goes with --scheme: a hash function takes bytes", flag)}
			}
			f, err := hash.Parse(name)
			if err != nil {
				return usageError{err}
			}
			params := keymill.Params{Hash: f}
			if params.Seed, err = parseSeed(seed); err != nil {
				return err
			}
			if err := f.CheckSeed(params.Seed); err != nil {
				return usageError{err}
			}
			var sum atomic.Uint64
			write := hashWriter(f, params.Seed, input.json)
			if digest {
				write = func(job *ingest.Job) { sum.Add(digestOf(job.Placement.Hashes)) }
			}
			rows, err := a.stream(cmd.Context(), args, &input, func(d *keymill.Dispatcher, job *ingest.Job) error {
				job.Placement.Resize(keymill.OutHashes, job.Keys.Len(), 0)
				if err := d.Place(&job.Placement, &job.Keys, params); err != nil {
					return err
				}
				write(job)
				return nil
			})
			if !digest || (err != nil && !isRejected(err)) {
				return err
			}
			if input.json {
				_, writeErr := fmt.Fprintf(a.out, `{"hash":%q,"keys":%d,"digest":"%016x"}`+"\n", f, rows, sum.Load())
				return worst(err, writeErr)
			}
			_, writeErr := fmt.Fprintf(a.out, "%d\t%016x\n", rows, sum.Load())
			return worst(err, writeErr)
		},
	}
	input.add(cmd)
	cmd.Flags().StringVar(&name, "hash", "xxh3", "hash function: "+joined(hash.All()))
	cmd.Flags().StringVar(&seed, "seed", "", "seed: a number, for siphash a key of 32 hex digits, or @FILE that holds it (default: the function's own)")
	cmd.Flags().StringVar(&scheme, "scheme", "", "print the number that a placement scheme reduces, in place of a hash")
	types.add(cmd)
	complete(cmd, "scheme", allSchemeNames()...)
	cmd.Flags().BoolVar(&digest, "digest", false, "print the number of keys and one digest of all hashes")
	complete(cmd, "hash", names(hash.All())...)
	return cmd
}

// firstChanged returns the first of the flags that the command line has; "" if none.
func firstChanged(cmd *cobra.Command, flags ...string) string {
	for _, flag := range flags {
		if cmd.Flags().Changed(flag) {
			return flag
		}
	}
	return ""
}

// printNumbers prints for each key the number that the scheme reduces.
func (a *app) printNumbers(cmd *cobra.Command, args []string, name string, types *keyTypeFlags, input *inputFlags) error {
	about, scheme, err := place.Find(name)
	if err != nil {
		return usageError{err}
	}
	placer, err := types.placer(keymill.Params{Scheme: scheme}, input)
	if err != nil {
		return err
	}
	placer.numbers = true
	_, err = a.stream(cmd.Context(), args, input, func(d *keymill.Dispatcher, job *ingest.Job) error {
		if err := placer.place(d, job, keymill.OutHashes|keymill.OutParts); err != nil {
			return err
		}
		writeNumbers(job, about.Form, input.json)
		return nil
	})
	return err
}

// writeNumbers writes the lines of a chunk to its Out. JSON has numbers as text: not
// every reader of it has 64 bits.
func writeNumbers(job *ingest.Job, form place.Form, asJSON bool) {
	out := job.Out
	for i, number := range job.Placement.Hashes {
		none := job.Placement.Parts[i] == keymill.NoPartition
		switch {
		case asJSON && none:
			out = append(out, `{"number":null,`...)
		case asJSON:
			out = append(form.Append(append(out, `{"number":"`...), number), `",`...)
		case none:
			out = append(out, '-')
		default:
			out = form.Append(out, number)
		}
		if asJSON {
			out = append(appendJSONKey(out, job.Keys.Key(i)), "}\n"...)
		} else {
			out = append(append(append(out, '\t'), job.KeyText(i)...), '\n')
		}
	}
	job.Out = out
}

// hashWriter returns the function that writes the lines of a chunk to its Out.
func hashWriter(f hash.Func, seed hash.Seed, asJSON bool) func(*ingest.Job) {
	digits := f.Bits() / 4
	appendHash := func(out []byte, h uint64, _ []byte) []byte { return appendHex(out, h, digits) }
	switch f {
	case hash.MD5:
		appendHash = func(out []byte, h uint64, key []byte) []byte {
			_, second := hash.SumMD5(key)
			return appendHex(appendHex(out, bits.ReverseBytes64(h), 16), bits.ReverseBytes64(second), 16)
		}
	case hash.Murmur3x128:
		low := uint32(f.ResolveSeed(seed).Lo)
		appendHash = func(out []byte, h uint64, key []byte) []byte {
			_, second := hash.SumMurmur3x128(key, low)
			return appendHex(appendHex(out, h, 16), second, 16)
		}
	}
	return func(job *ingest.Job) {
		out := job.Out
		for i, h := range job.Placement.Hashes {
			if asJSON {
				out = append(out, `{"hash":"`...)
				out = appendHash(out, h, job.Keys.Key(i))
				out = append(out, `",`...)
				out = appendJSONKey(out, job.Keys.Key(i))
				out = append(out, "}\n"...)
			} else {
				out = appendHash(out, h, job.Keys.Key(i))
				out = append(out, '\t')
				out = append(out, job.KeyText(i)...)
				out = append(out, '\n')
			}
		}
		job.Out = out
	}
}

func appendHex(out []byte, h uint64, digits int) []byte {
	const alphabet = "0123456789abcdef"
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		out = append(out, alphabet[h>>shift&15])
	}
	return out
}

// digestOf sums up the hashes, each mixed so that no two sums are alike by
// chance.
func digestOf(hashes []uint64) (sum uint64) {
	for _, h := range hashes {
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		sum += h ^ h>>31
	}
	return sum
}

// joined lists the names of values for a help text.
func joined[T fmt.Stringer](values []T) (text string) {
	for i, name := range names(values) {
		if i > 0 {
			text += ", "
		}
		text += name
	}
	return text
}

func names[T fmt.Stringer](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.String()
	}
	return all
}
