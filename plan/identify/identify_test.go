package identify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill/columns"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
	"github.com/keymill/keymill/plan/identify"
)

// users are keys that people have.
func users(n int) (keys [][]byte) {
	for i := range n {
		keys = append(keys, fmt.Appendf(nil, "user:%d", 1000+37*i))
	}
	return keys
}

// placed returns the partitions of keys by a scheme of bytes.
func placed(s place.Scheme, keys [][]byte) (parts []uint32) {
	for _, key := range keys {
		_, part := s.Place(key)
		parts = append(parts, part)
	}
	return parts
}

func find(t *testing.T, keys [][]byte, parts []uint32, o identify.Options) *identify.Report {
	t.Helper()
	r, err := identify.Find(t.Context(), keys, parts, o)
	require.NoError(t, err)
	return r
}

// Wrong pairs are named, with what they should have been, and no others.
func TestWrongPairs(t *testing.T) {
	for _, c := range []struct {
		scheme place.Scheme
		wrong  int
	}{{place.Librdkafka(12), 3}, {place.Kafka(2), 20}, {place.Jump(100), 1}, {place.Cassandra(7), 90}} {
		keys := users(200)
		right := placed(c.scheme, keys)
		parts := append([]uint32(nil), right...)
		var wrong []int
		for i := range c.wrong {
			at := i*(200/c.wrong) + 1
			parts[at] = (parts[at] + 1) % c.scheme.Parts
			wrong = append(wrong, at)
		}
		r := find(t, keys, parts, identify.Options{})
		require.Equal(t, identify.Partly, r.Verdict, c.scheme.Name)
		require.Equal(t, c.scheme.Name, r.Named[0].Scheme)
		require.LessOrEqual(t, r.Named[0].Low, c.scheme.Parts)
		require.GreaterOrEqual(t, r.Named[0].High, c.scheme.Parts)
		require.Equal(t, []int{200 - c.wrong, c.wrong}, []int{r.Named[0].Explained, r.Named[0].Missed})
		require.Less(t, r.Named[0].Log10Chance, -6.0)
		require.Equal(t, c.wrong, r.Unexplained)
		require.Len(t, r.UnexplainedPairs, c.wrong)
		for i, p := range r.UnexplainedPairs { // in the order of the input
			require.Equal(t, string(keys[wrong[i]]), *p.Text)
			require.Equal(t, parts[wrong[i]], p.Partition)
			require.Equal(t, right[wrong[i]], *p.Expected[0])
		}
	}
}

// Clients of two and of three kinds.
func TestMixedClients(t *testing.T) {
	for _, c := range []struct {
		parts uint32
		of    []string
		share []int
	}{
		{12, []string{"kafka", "librdkafka"}, []int{120, 80}},
		{2, []string{"kafka", "librdkafka"}, []int{130, 70}},
		{50, []string{"sarama", "kafka", "librdkafka"}, []int{80, 70, 50}},
	} {
		keys, parts, kind := users(200), []uint32(nil), 0
		for i, key := range keys {
			for at, k := 0, 0; k < len(c.share); k++ {
				if at += c.share[k]; i < at {
					kind = k
					break
				}
			}
			s, err := place.Lookup(c.of[kind], c.parts)
			require.NoError(t, err)
			_, part := s.Place(key)
			parts = append(parts, part)
		}
		r := find(t, keys, parts, identify.Options{})
		require.Equal(t, identify.Mixed, r.Verdict, c.of)
		var names []string
		for i, n := range r.Named {
			names = append(names, n.Scheme)
			require.Equal(t, c.parts, n.Partitions)
			require.Less(t, n.Log10Chance, -6.0)
			require.GreaterOrEqual(t, n.Explained, c.share[i])
			require.GreaterOrEqual(t, n.Explained, n.Only)
		}
		require.ElementsMatch(t, c.of, names)
		require.Zero(t, r.Unexplained)
		require.Empty(t, r.UnexplainedPairs)
	}
}

// A few wrong pairs are no second client, though with 2 partitions many functions explain them.
func TestWrongPairsAreNoMixture(t *testing.T) {
	keys := users(200)
	parts := placed(place.Kafka(2), keys)
	for i := range 6 {
		parts[30*i] ^= 1
	}
	require.Equal(t, identify.Partly, find(t, keys, parts, identify.Options{}).Verdict)
}

// What a system may have made of a key before it hashed it.
func TestForms(t *testing.T) {
	for name, c := range map[string]struct {
		key  func(i int) string // as it was exported
		made func(key string) string
	}{
		"the key and a line feed":                    {user, func(k string) string { return k + "\n" }},
		"the key and a carriage return":              {user, func(k string) string { return k + "\r" }},
		"the key, a carriage return and a line feed": {user, func(k string) string { return k + "\r\n" }},
		"the key and a zero byte":                    {user, func(k string) string { return k + "\x00" }},
		`the key in "double quotes"`:                 {user, func(k string) string { return `"` + k + `"` }},
		"the key without its double quotes":          {func(i int) string { return `"` + user(i) + `"` }, func(k string) string { return strings.Trim(k, `"`) }},
		"the key without the blanks around it":       {func(i int) string { return user(i) + " " }, strings.TrimSpace},
		"the hash tag in {}":                         {func(i int) string { return fmt.Sprintf("{%s}.cart", user(i)) }, func(k string) string { return k[1:strings.Index(k, "}")] }},
		"the number as 8 bytes, big-endian":          {number, func(k string) string { return "\x00\x00\x00\x00" + bigEndian(k) }},
		"the number as 4 bytes, big-endian":          {number, bigEndian},
		"the number as 4 bytes, little-endian":       {number, reversed},
		"the number as 8 bytes, little-endian":       {number, func(k string) string { return reversed(k) + "\x00\x00\x00\x00" }},
		"the key in UTF-16, big-endian":              {user, func(k string) string { return "\x00" + strings.Join(strings.Split(k, ""), "\x00") }},
		"the key in UTF-16, little-endian":           {user, func(k string) string { return strings.Join(strings.Split(k, ""), "\x00") + "\x00" }},
		"the bytes that its hex digits are":          {func(i int) string { return fmt.Sprintf("%x", user(i)) }, unhex},
		"the bytes that its base64 is":               {func(i int) string { return []string{"QUJD", "REVG", "R0hJ"}[i%3] + fmt.Sprintf("%04d", 1000+i) }, unbase64},
		"the UUID as 16 bytes":                       {uuid, func(k string) string { return unhex(strings.ReplaceAll(k, "-", "")) }},
		"the UUID as 16 bytes in .NET's order":       {uuid, guid},
	} {
		var keys [][]byte
		var parts []uint32
		for i := range 60 {
			key := c.key(i)
			_, part := place.Kafka(100).Place([]byte(c.made(key)))
			keys, parts = append(keys, []byte(key)), append(parts, part)
		}
		r := find(t, keys, parts, identify.Options{Partitions: 100})
		require.Equal(t, identify.Found, r.Verdict, name)
		require.Equal(t, "kafka", r.Named[0].Scheme, name)
		require.Equal(t, name, r.Named[0].Keys)
		require.Empty(t, r.Named[0].Command, "keymill place takes the key as it stands")
		require.Contains(t, r.Forms, name)
	}
}

func user(i int) string   { return fmt.Sprintf("user:%d", 1000+37*i) }
func number(i int) string { return fmt.Sprint(1_000_000 + 7919*i) }

func uuid(i int) string {
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.Uint32()>>16, rng.Uint32()>>20, rng.Uint32()>>20, rng.Uint64()>>16)
}

// guid is what .NET's Guid.ToByteArray makes of 00112233-4455-6677-...: 33221100 5544 7766 ...
func guid(k string) string {
	b := unhex(strings.ReplaceAll(k, "-", ""))
	return string([]byte{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]}) + b[8:]
}

func unhex(k string) string {
	var b []byte
	_, err := fmt.Sscanf(k, "%x", &b)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func unbase64(k string) string {
	var b []byte
	if err := json.Unmarshal([]byte(`"`+k+`"`), &b); err != nil {
		panic(err)
	}
	return string(b)
}

func bigEndian(k string) string {
	var n uint32
	_, err := fmt.Sscan(k, &n)
	if err != nil {
		panic(err)
	}
	return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

func reversed(k string) string {
	b := bigEndian(k)
	return string([]byte{b[3], b[2], b[1], b[0]})
}

// Seeds that are rare have to be given; a secret key is not shown.
func TestSeeds(t *testing.T) {
	keys := users(100)
	secret := hash.SeedKey([16]byte([]byte("0123456789abcdef")))
	for _, c := range []struct {
		hash hash.Func
		seed hash.Seed // of the system
		give hash.Seed
		says string
	}{
		{hash.XXH64, hash.Seed64(0xdecade), hash.Seed64(0xdecade), "0xdecade"},
		{hash.Murmur3x32, hash.Seed64(0xfffffff9), hash.Seed64(^uint64(6)), "0xfffffff9"}, // -7
		{hash.SipHash24, secret, secret, "key 1 of those given"},
	} {
		parts := placed(place.Mod(12).With(c.hash, c.seed), keys)
		require.Equal(t, identify.None, find(t, keys, parts, identify.Options{}).Verdict, c.hash)
		r := find(t, keys, parts, identify.Options{Seeds: []hash.Seed{c.give}})
		require.Equal(t, identify.Found, r.Verdict, c.hash)
		require.Equal(t, []string{c.hash.String(), c.says, c.hash.String() + " % N"}, []string{r.Named[0].Hash, r.Named[0].Seed, r.Named[0].Rule})
		text, err := json.Marshal(r)
		require.NoError(t, err)
		require.NotContains(t, string(text), secret.String())
	}
}

// Types that are given are taken, and nothing else is tried.
func TestTypes(t *testing.T) {
	int64s := columns.Type{Kind: columns.Int64}
	var keys [][]byte
	var parts []uint32
	e, err := columns.NewEncoder(place.Spark(100), int64s, columns.Type{Kind: columns.String})
	require.NoError(t, err)
	for i := range 100 {
		keys = append(keys, fmt.Appendf(nil, "%d\tname%d", i*i, i))
		parts = append(parts, sparkRow(t, e, int64(i*i), fmt.Sprintf("name%d", i)))
	}
	r := find(t, keys, parts, identify.Options{Types: []columns.Type{int64s, {Kind: columns.String}}})
	require.Equal(t, identify.Found, r.Verdict)
	require.Equal(t, []string{"spark", "int64,string"}, []string{r.Named[0].Scheme, r.Named[0].KeyType})
	require.Equal(t, "keymill place --scheme spark --key-type int64,string --partitions 100", r.Named[0].Command)

	numbers := [][]byte{}
	for i := range 100 {
		numbers = append(numbers, []byte(number(i)))
	}
	parts = placed(place.Kafka(12), numbers) // of the text
	require.Equal(t, "kafka", find(t, numbers, parts, identify.Options{}).Named[0].Scheme)
	require.Equal(t, identify.Found, find(t, numbers, parts, identify.Options{Types: []columns.Type{{Kind: columns.String}}}).Verdict)
	r = find(t, numbers, parts, identify.Options{Types: []columns.Type{int64s}})
	require.Empty(t, r.Named[0].Scheme, "no system does so with numbers")
	require.Equal(t, "(murmur2 & 0x7fffffff) % N", r.Named[0].Rule)
}

func sparkRow(t *testing.T, e *columns.Encoder, n int64, name string) uint32 {
	a, b := e.Builder(0), e.Builder(1)
	require.NoError(t, a.Append(fmt.Append(nil, n)))
	require.NoError(t, b.Append([]byte(name)))
	var batch = newBatch()
	require.NoError(t, e.Encode(batch, a.Column(), b.Column()))
	_, part := e.Scheme().Place(batch.Key(0))
	return part
}

// The report does not depend on the order of the pairs.
func TestAnyOrder(t *testing.T) {
	keys := users(150)
	parts := placed(place.Sarama(12), keys)
	parts[7]++ // wrong, if not beyond 12
	parts[7] %= 12
	var first []byte
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(keys), func(i, j int) {
			keys[i], keys[j] = keys[j], keys[i]
			parts[i], parts[j] = parts[j], parts[i]
		})
		text, err := json.Marshal(find(t, keys, parts, identify.Options{}))
		require.NoError(t, err)
		if first == nil {
			first = text
		}
		require.Equal(t, string(first), string(text))
	}
}

// More pairs than are searched with are all counted, and narrow N down.
func TestManyPairs(t *testing.T) {
	keys := users(20_000)
	parts := placed(place.Jump(1000), keys)
	few := find(t, keys[:300], parts[:300], identify.Options{})
	many := find(t, keys, parts, identify.Options{})
	require.Equal(t, identify.Found, many.Verdict)
	require.Equal(t, 20_000, many.Named[0].Explained)
	require.LessOrEqual(t, many.Named[0].Low, uint32(1000))
	require.GreaterOrEqual(t, many.Named[0].High, uint32(1000))
	require.Less(t, many.Named[0].High-many.Named[0].Low, few.Named[0].High-few.Named[0].Low)
	require.Equal(t, many.Named[0].Low, many.Named[0].Partitions, "the least")
	narrow := few.Named[0].Narrow
	require.NotNil(t, narrow)
	_, low := place.Jump(few.Named[0].Low).Place(narrow.Key())
	_, high := place.Jump(few.Named[0].High).Place(narrow.Key())
	require.Equal(t, []uint32{low, high}, []uint32{*narrow.First, *narrow.Here})

	for i := range 50 {
		parts[400*i] = (parts[400*i] + 1) % 1000
	}
	wrong := find(t, keys, parts, identify.Options{Partitions: 1000})
	require.Equal(t, identify.Partly, wrong.Verdict)
	require.Equal(t, 50, wrong.Unexplained)
}

func TestStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("enough"))
	keys := users(50)
	_, err := identify.Find(ctx, keys, placed(place.Kafka(3), keys), identify.Options{})
	require.EqualError(t, err, "enough")
}
