package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

var (
	someOp  = keymill.Op{Hash: hash.XXH3, Class: keymill.Width16}
	otherOp = keymill.Op{Hash: hash.Murmur2, Reduce: place.ReduceMod}
)

// calibration returns one of the named backends, whose costs are no round numbers.
func calibration(names ...string) *keymill.Calibration {
	rng := rand.New(rand.NewPCG(1, 1))
	var c keymill.Calibration
	for _, name := range names {
		cost := keymill.Cost{Fixed: 100 * rng.Float64(), PerKey: rng.Float64(), PerByte: rng.Float64() / 3, Beyond: []keymill.Piece{
			{From: 1000, Fixed: 200 * rng.Float64(), PerKey: rng.Float64(), PerByte: math.Nextafter(0.1, 1)},
			{From: 70_000, Fixed: -200 * rng.Float64(), PerKey: 1 + rng.Float64(), PerByte: 1},
		}}
		c.Backends = append(c.Backends, keymill.Calibrated{Name: name, Lines: []keymill.Line{
			{Op: someOp, Cost: cost}, {Op: otherOp, Cost: keymill.Cost{PerKey: rng.Float64()}},
		}})
	}
	return &c
}

func saved(t *testing.T, names ...string) (path string, c *keymill.Calibration) {
	t.Helper()
	path, c = filepath.Join(t.TempDir(), "keymill", "profile.json"), calibration(names...)
	require.NoError(t, Save(path, c))
	return path, c
}

func candidates(names ...string) (all []keymill.Candidate) {
	for _, name := range names {
		all = append(all, keymill.Candidate{Backend: renamed{cpu.New(), name, nil}, Profile: cpu.Profile()})
	}
	return all
}

// What is saved is loaded, to the last bit, and nothing else.
func TestSaveAndLoad(t *testing.T) {
	path, c := saved(t, "cpu", "simd/avx2", "simd/avx2*2")
	before := candidates("cpu", "simd/avx2", "simd/avx2*2", "simd/avx2*8", "simdex", "simdex*2")
	loaded, err := Load(path, before)
	require.NoError(t, err)
	require.Len(t, loaded, 6)
	for i, b := range []string{"cpu", "simd/avx2", "simd/avx2*2"} {
		require.Equal(t, b, loaded[i].Name())
		require.Equal(t, c.Profile(b), loaded[i].Profile, "only these two ops")
	}
	require.Equal(t, c.Profile("simd/avx2").Parallel(8), loaded[3].Profile, "it follows from the one that was measured")
	require.Equal(t, cpu.Profile(), loaded[4].Profile, "built in")
	require.Equal(t, cpu.Profile(), loaded[5].Profile, "built in")
	for _, c := range before {
		require.Equal(t, cpu.Profile(), c.Profile, "what was passed is not changed")
	}
}

func TestSavedFile(t *testing.T) {
	path, _ := saved(t, "cpu")
	if runtime.GOOS != "windows" { // which has other rights
		for file, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, want, info.Mode().Perm(), file)
		}
	}
	require.NoError(t, Save(path, calibration("cpu")), "over the one that is there")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
}

func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	require.ErrorContains(t, Save(filepath.Join(file, "profile.json"), calibration("cpu")), "the profile is not saved: ")
	taken := filepath.Join(dir, "taken")
	require.NoError(t, os.MkdirAll(filepath.Join(taken, "x"), 0o700))
	require.ErrorContains(t, Save(taken, calibration("cpu")), "the profile is not saved: ")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing is left of what failed")
	bad := calibration("cpu")
	bad.Backends[0].Lines[0].Op.Class = 99
	require.ErrorContains(t, Save(filepath.Join(dir, "p"), bad), "the profile is not saved: ")
}

// resave writes a file with a change to what it holds, and a checksum that is right.
func resave(t *testing.T, path string, change func(file map[string]any, profiles map[string]any)) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var file map[string]any
	require.NoError(t, json.Unmarshal(text, &file))
	change(file, file["profiles"].(map[string]any))
	profiles, err := json.Marshal(file["profiles"])
	require.NoError(t, err)
	sum := sha256.Sum256(profiles)
	file["sha256"], file["profiles"] = hex.EncodeToString(sum[:]), json.RawMessage(profiles)
	text, err = json.Marshal(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
}

// A profile that is not of this machine and this program is refused, with one line that says
// what does not match.
func TestLoadRefusesWhatIsForeign(t *testing.T) {
	costs := func(p map[string]any, list ...any) {
		p["backends"].(map[string]any)["cpu"].(map[string]any)["xxh3/16/none"] = list
	}
	for want, change := range map[string]func(f, p map[string]any){
		`is of keymill "v0.0.7", and this is `:                      func(_, p map[string]any) { p["keymill"] = "v0.0.7" },
		`is of another processor, "Z80", and this is `:              func(_, p map[string]any) { p["processor"] = "Z80" },
		`is of a processor of this name with other`:                 func(_, p map[string]any) { p["features"] = []string{"x"} },
		`is of a machine with 1000 cores, and this has`:             func(_, p map[string]any) { p["cores"] = 1000 },
		`has format 2, and this version of keymill`:                 func(f, _ map[string]any) { f["schema"] = 2 },
		`is damaged: json: unknown field "x"`:                       func(f, _ map[string]any) { f["x"] = 1 },
		`is damaged: json: unknown field "y"`:                       func(_, p map[string]any) { p["y"] = 1 },
		`a cost of 4 numbers: `:                                     func(_, p map[string]any) { costs(p, 1, 1, 1, 1) },
		`a cost of 0 numbers: `:                                     func(_, p map[string]any) { costs(p) },
		`the cost of a batch is -1: `:                               func(_, p map[string]any) { costs(p, -1, 1, 1) },
		`falls as a batch grows`:                                    func(_, p map[string]any) { costs(p, 1, -1, 1) },
		`a piece begins at 1.5: `:                                   func(_, p map[string]any) { costs(p, 1, 1, 1, 1.5, 1, 1, 1) },
		`begins at a footprint of 10, and the one before`:           func(_, p map[string]any) { costs(p, 1, 1, 1, 20, 1, 1, 1, 10, 1, 1, 1) },
		`a batch where it begins costs -99`:                         func(_, p map[string]any) { costs(p, 1, 1, 1, 16, -100, 1, 1) },
		`is damaged: "cpu": json: cannot unmarshal string into Go `: func(_, p map[string]any) { costs(p, "x", 1, 1) },
		`op "xxh3/17/none" is none: it is a hash, a width`: func(_, p map[string]any) {
			p["backends"].(map[string]any)["cpu"].(map[string]any)["xxh3/17/none"] = []int{1, 1, 1}
		},
	} {
		path, _ := saved(t, "cpu")
		resave(t, path, change)
		_, err := Load(path, candidates("cpu"))
		require.ErrorContains(t, err, want)
		require.True(t, strings.HasPrefix(err.Error(), "the profile "+path+" "), err)
		require.True(t, strings.HasSuffix(err.Error(), ": run 'keymill calibrate'"), err)
		require.NotContains(t, err.Error(), "\n")
	}
	path, c := saved(t, "cpu", "other")
	resave(t, path, func(_, p map[string]any) { p["backends"].(map[string]any)["other"] = 1 }) // which nobody asks for
	loaded, err := Load(path, candidates("cpu"))
	require.NoError(t, err, "it is the change that is refused")
	require.Equal(t, c.Profile("cpu"), loaded[0].Profile)
}

// A device is another when its driver is; and nobody asks while it is not used.
func TestLoadRefusesAnotherDevice(t *testing.T) {
	path, _ := saved(t, "cpu", "opencl:900")
	_, err := Load(path, candidates("cpu", "opencl:900"))
	require.NoError(t, err, "it is missing, and was")
	resave(t, path, func(_, p map[string]any) { p["devices"] = map[string]string{"opencl:900": "a GPU, its driver 1"} })
	_, err = Load(path, candidates("cpu", "opencl:900"))
	require.ErrorContains(t, err, `is of another device opencl:900, "a GPU, its driver 1", and this is "missing": run`)
	_, err = Load(path, candidates("cpu"))
	require.NoError(t, err)
}

// Whatever byte is wrong, it is seen.
func TestLoadRefusesWhatIsDamaged(t *testing.T) {
	path, _ := saved(t, "cpu")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for at := range whole[:len(whole)-1] { // the last is a newline
		damaged := append([]byte(nil), whole...)
		damaged[at] ^= 1
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, err := Load(path, candidates("cpu"))
		require.Error(t, err, "byte %d of %s", at, damaged)
		require.NotContains(t, err.Error(), "\n")
	}
	for _, n := range []int{0, 1, len(whole) / 2, len(whole) - 2} {
		require.NoError(t, os.WriteFile(path, whole[:n], 0o600))
		_, err := Load(path, candidates("cpu"))
		require.ErrorContains(t, err, "is damaged: ", "%d bytes", n)
	}
	require.NoError(t, os.WriteFile(path, append(whole, "{}"...), 0o600))
	_, err = Load(path, candidates("cpu"))
	require.ErrorContains(t, err, "something follows it")
}

func TestLoadWithoutAFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none"), candidates("cpu"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Load(t.TempDir(), candidates("cpu"))
	require.ErrorContains(t, err, "is no file")
	path := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, maxSaved+1))
	_, err = Load(path, candidates("cpu"))
	require.ErrorContains(t, err, "is larger than a profile can be")
}

func TestSavedPath(t *testing.T) {
	path, err := SavedPath()
	if err != nil {
		require.ErrorContains(t, err, "there is no place for a profile: ")
		return
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(cache, "keymill", "profile.json"), path)
}

// Whatever a file holds, it is refused, or its costs are such that a dispatcher can rely on them.
func FuzzLoad(f *testing.F) {
	made := maker{Version: "devel", Features: []string{"avx2"}, Cores: 2}
	c := calibration("cpu")
	file, err := encode(made, map[string]keymill.Profile{"cpu": c.Profile("cpu")})
	require.NoError(f, err)
	f.Add(file)
	var parsed savedFile
	require.NoError(f, json.Unmarshal(file, &parsed))
	f.Add([]byte(parsed.Profiles))
	for _, list := range []string{"1,1,1,20,1,1,1,10,1,1,1", "1e308,1e308,1e308", "-0,0,0", "1,1,1,16,-1e300,1,1", "null"} {
		f.Add([]byte(`{"backends":{"cpu":{"xxh3/ragged/none":[` + list + `]}}}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		all := func(string) bool { return true }
		for _, read := range []func([]byte, func(string) bool) (maker, map[string]keymill.Profile, error){decode, decodeProfiles} {
			made, backends, err := read(text, all)
			if err != nil {
				continue
			}
			for _, p := range backends {
				for op, c := range p {
					require.NoError(t, c.Check())
					from := 0
					for _, piece := range c.Beyond {
						require.Greater(t, piece.From, from, "unsorted")
						from = piece.From
					}
					for _, keys := range []int{0, 1, 100, 1e6} {
						for _, bytes := range []int{0, 16 * keys, 1e7} {
							require.GreaterOrEqual(t, c.Nanos(keys, bytes), 0.0, "%s", op) // NaN is not
						}
					}
				}
			}
			again, err := encode(made, backends)
			require.NoError(t, err)
			_, reread, err := decode(again, all)
			require.NoError(t, err)
			require.Equal(t, backends, reread)
		}
	})
}
