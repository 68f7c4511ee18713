package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
)

// rowsFileOf writes rows, and returns the name of the file.
func rowsFileOf(t testing.TB, r *rowsFile) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.write(&out))
	return fileOf(t, out.Bytes())
}

func fileOf(t testing.TB, contents []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "rows")
	require.NoError(t, os.WriteFile(name, contents, 0o600))
	return name
}

func rowsOf(t testing.TB, family string) *rowsFile {
	t.Helper()
	r, err := newRows(family, minKeys, WorkloadConfig{Seed: 3})
	require.NoError(t, err)
	return r
}

func stringsOf(b *keymill.Batch) (all []string) {
	for i := range b.Len() {
		all = append(all, string(b.Key(i)))
	}
	return all
}

// fewRows are rows of three keys.
func fewRows() *rowsFile {
	return &rowsFile{
		keys: keymill.NewBatch("a", "bc", "def"), values: keymill.NewBatch("1", "", "333"), missing: keymill.NewBatch("a?", "bc?", "def?"),
		order: []uint32{2, 0, 1},
	}
}

// The keys of rows are distinct even where a family repeats itself, the missing
// keys are in no row even where keys are random bytes, and values are of the
// lengths that are promised.
func TestNewRows(t *testing.T) {
	for _, family := range []string{"user", "uuid", "uniform1-32", "fixed3", "zipf1-3"} {
		r := rowsOf(t, family)
		require.Equal(t, minKeys, r.len(), family)
		keys := map[string]bool{}
		for _, key := range stringsOf(&r.keys) {
			require.False(t, keys[key], "%s: %q comes twice", family, key)
			keys[key] = true
		}
		require.Equal(t, minKeys, r.missing.Len(), family)
		for _, key := range stringsOf(&r.missing) {
			require.False(t, keys[key], "%s: the missing key %q is in a row", family, key)
		}
		lengths := map[int]bool{}
		for _, value := range stringsOf(&r.values) {
			lengths[len(value)] = true
		}
		require.Len(t, lengths, 85, family)
		require.True(t, lengths[16] && lengths[100], family)

		sorted := slices.Sorted(slices.Values(r.order))
		for i, row := range sorted {
			require.Equal(t, uint32(i), row, "each row is loaded once")
		}
		require.NotEqual(t, sorted, r.order)
	}
	_, err := newRows("user", minKeys-1, WorkloadConfig{})
	require.ErrorContains(t, err, "32768")
}

func TestRowsOfASeed(t *testing.T) {
	require.Equal(t, rowsOf(t, "user"), rowsOf(t, "user"))
	other, err := newRows("user", minKeys, WorkloadConfig{Seed: 4})
	require.NoError(t, err)
	require.NotEqual(t, rowsOf(t, "user").order, other.order)
}

func TestRowsRoundTrip(t *testing.T) {
	for _, rows := range []*rowsFile{rowsOf(t, "user"), rowsOf(t, "uniform1-32"), fewRows()} {
		again, err := readRows(rowsFileOf(t, rows))
		require.NoError(t, err)
		require.Equal(t, stringsOf(&rows.keys), stringsOf(&again.keys))
		require.Equal(t, stringsOf(&rows.values), stringsOf(&again.values))
		require.Equal(t, stringsOf(&rows.missing), stringsOf(&again.missing))
		require.Equal(t, rows.order, again.order)
	}
}

// The layout is read by workers in other languages.
func TestRowsLayout(t *testing.T) {
	text, err := os.ReadFile(rowsFileOf(t, fewRows()))
	require.NoError(t, err)
	column := func(data string, offsets ...byte) (s string) {
		for _, o := range offsets {
			s += string([]byte{o, 0, 0, 0})
		}
		return s + data
	}
	require.Equal(t, "kmrows01\x03\x00\x00\x00\x00\x00\x00\x00"+
		column("abcdef", 0, 1, 3, 6)+column("1333", 0, 1, 1, 4)+column("a?bc?def?", 0, 2, 5, 9)+column("", 2, 0, 1), string(text))
}

// keysOnly has the keys of a workload, batch after batch.
func TestKeysOnly(t *testing.T) {
	for _, family := range []string{"user", "ascii16"} {
		w := workload(t, family, WorkloadConfig{Keys: minKeys / 4, Batches: 5})
		rows, err := keysOnly(w)
		require.NoError(t, err)
		rows, err = readRows(rowsFileOf(t, rows))
		require.NoError(t, err)
		require.Equal(t, minKeys/4*5, rows.len())
		i := 0
		eachKey(w, func(key []byte) {
			require.Equal(t, string(key), string(rows.keys.Key(i)))
			i++
		})
		require.Zero(t, rows.values.Size()+rows.missing.Size())
		require.Equal(t, rows.len(), rows.values.Len())
		require.Equal(t, rows.len(), rows.missing.Len())
	}
}

// spoilt are files that are no rows, by what is wrong.
func spoilt(t testing.TB) map[string][]byte {
	t.Helper()
	good, err := os.ReadFile(rowsFileOf(t, fewRows()))
	require.NoError(t, err)
	files := map[string][]byte{"more": append(slices.Clone(good), 0), "magic": append([]byte("kmrows02"), good[8:]...)}
	for n := range good {
		files[fmt.Sprint("cut after ", n)] = good[:n]
	}
	number := func(at int, n uint32) []byte {
		return append(binary.LittleEndian.AppendUint32(slices.Clone(good[:at]), n), good[at+4:]...)
	}
	keys, values, missing, order := 16, 16+16+6, 16+16+6+16+4, len(good)-12
	for name, column := range map[string]int{"keys": keys, "values": values, "missing": missing} {
		files[name+": the first offset is behind the second"] = number(column, 3)
		files[name+": an offset is behind the next"] = number(column+4, 200)
		files[name+": the last offset is behind the file"] = number(column+12, 1000)
		files[name+": the last offset is before another"] = number(column+12, 0)
		files[name+": an offset is of 32 bits"] = number(column+12, 1<<32-1)
	}
	for i := range 3 {
		files[fmt.Sprint("order ", i, " is no row")] = number(order+4*i, 3)
		files[fmt.Sprint("order ", i, " is of 32 bits")] = number(order+4*i, 1<<32-1)
	}
	for _, n := range []uint64{0, 2, 4, 5, 1 << 20, 1<<32 - 2, 1<<32 - 1, 1 << 32, 1<<62 - 1, 1 << 62, 1<<63 - 1, 1 << 63, 1<<64 - 2, 1<<64 - 1} {
		files[fmt.Sprint(n, " rows")] = append(binary.LittleEndian.AppendUint64(slices.Clone(good[:8]), n), good[16:]...)
	}
	return files
}

func TestReadRowsErrors(t *testing.T) {
	folder := t.TempDir()
	for wrong, contents := range spoilt(t) {
		name := filepath.Join(folder, "rows")
		require.NoError(t, os.WriteFile(name, contents, 0o600))
		_, err := readRows(name)
		require.EqualError(t, err, name+" is no file of rows", wrong)
	}
	_, err := readRows(filepath.Join(folder, "gone"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// Whatever is in the file, reading it is an error or gives rows that are that
// file, and that a store can be loaded with.
func FuzzReadRows(f *testing.F) {
	for _, contents := range spoilt(f) {
		f.Add(contents)
	}
	for _, rows := range []*rowsFile{fewRows(), {}, {keys: keymill.NewBatch(""), values: keymill.NewBatch(""), missing: keymill.NewBatch(""), order: []uint32{0}}} {
		contents, err := os.ReadFile(rowsFileOf(f, rows))
		require.NoError(f, err)
		f.Add(contents)
	}
	f.Fuzz(func(t *testing.T, contents []byte) {
		name := fileOf(t, contents)
		rows, err := readRows(name)
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), name))
			return
		}
		again, err := os.ReadFile(rowsFileOf(t, rows))
		require.NoError(t, err)
		require.Equal(t, contents, again)
		p, err := newPerformer(builtinMap, rows)
		require.NoError(t, err)
		_, _, err = p.perform(opLoad, false, 0, rows.len(), 2)
		require.NoError(t, err)
	})
}
