package opencl

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func testKey(n byte) [32]byte { return [32]byte{0: n, 31: 1} }

func TestCacheRoundTrip(t *testing.T) {
	c := cache{filepath.Join(t.TempDir(), "made", "by", "put")}
	_, ok := c.get(testKey(1))
	require.False(t, ok)
	for _, size := range []int{1, 7, 4096, 1 << 20} {
		binary := bytes.Repeat([]byte{251, byte(size)}, size)[:size]
		require.NoError(t, c.put(testKey(1), binary))
		got, ok := c.get(testKey(1))
		require.True(t, ok)
		require.Equal(t, binary, got, "the last that was put")
	}
	_, ok = c.get(testKey(2))
	require.False(t, ok)
	info, err := os.Stat(c.dir)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "others can write what runs as code: %v", info.Mode())
	entries, err := os.ReadDir(c.dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "a temporary file is left")
}

// TestCacheDamage damages a file in every way that a disk, a killed process or a user might.
func TestCacheDamage(t *testing.T) {
	c, key := cache{t.TempDir()}, testKey(1)
	binary := []byte("some code of a device")
	require.NoError(t, c.put(key, binary))
	name := c.path(key)
	whole, err := os.ReadFile(name)
	require.NoError(t, err)
	miss := func(what string, file []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(name, file, 0o600))
		_, ok := c.get(key)
		require.False(t, ok, what)
	}
	for n := range whole {
		miss(fmt.Sprintf("the first %d bytes", n), whole[:n])
	}
	for bit := range 8 * len(whole) {
		flipped := bytes.Clone(whole)
		flipped[bit/8] ^= 1 << (bit % 8)
		miss(fmt.Sprintf("bit %d is wrong", bit), flipped)
	}
	miss("a byte too many", append(bytes.Clone(whole), 0))
	miss("two files in one", append(bytes.Clone(whole), whole...))
	miss("zeros", make([]byte, len(whole)))
	miss("garbage", bytes.Repeat([]byte("garbage "), 1000))
	miss("only the binary", binary)
	other := testKey(2)
	miss("the header of another key", append(header(other, binary), binary...))

	require.NoError(t, c.put(key, binary), "put repairs it")
	got, ok := c.get(key)
	require.True(t, ok)
	require.Equal(t, binary, got)

	require.NoError(t, os.Rename(name, c.path(other)))
	_, ok = c.get(other)
	require.False(t, ok, "the file of another key")
	require.NoError(t, os.Mkdir(name, 0o700))
	_, ok = c.get(key)
	require.False(t, ok, "a folder")
	require.Error(t, c.put(key, binary))
	entries, err := os.ReadDir(c.dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "a temporary file is left")
}

// TestCacheNotWritable has no folder that could be made. (Permissions would not stop root.)
func TestCacheNotWritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, dir := range []string{"", file, filepath.Join(file, "below"), filepath.Join(t.TempDir(), "nul\x00byte")} {
		c := cache{dir}
		require.Error(t, c.put(testKey(1), []byte("binary")), "%q", dir)
		_, ok := c.get(testKey(1))
		require.False(t, ok)
	}
	require.Error(t, cache{t.TempDir()}.put(testKey(1), nil), "nothing is no binary")
}

// TestCacheConcurrent puts and gets the same keys from many goroutines: what is got is always whole.
func TestCacheConcurrent(t *testing.T) {
	c := cache{t.TempDir()}
	binary := func(key, version int) []byte { return bytes.Repeat([]byte{byte(key), byte(version)}, 5000) }
	var wait sync.WaitGroup
	for version := range 4 {
		wait.Go(func() {
			for i := range 50 {
				if err := c.putWithin(testKey(byte(i%3)), binary(i%3, version), 25_000); err != nil {
					t.Error(err)
				}
			}
		})
		wait.Go(func() {
			for i := range 200 {
				if got, ok := c.get(testKey(byte(i % 3))); ok && !bytes.Equal(got, binary(i%3, int(got[1]))) {
					t.Error("the binary is not one that was put")
				}
			}
		})
	}
	wait.Wait()
}

// TestCacheReplaced gets a key that is put again and again: it is there at any time.
func TestCacheReplaced(t *testing.T) {
	c, key := cache{t.TempDir()}, testKey(1)
	binary := make([]byte, 1<<20)
	require.NoError(t, c.put(key, binary))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			if err := c.put(key, binary); err != nil {
				t.Error(err)
			}
		}
	}()
	for working := true; working; {
		select {
		case <-done:
			working = false
		default:
			_, ok := c.get(key)
			require.True(t, ok, "half of a file is seen")
		}
	}
}

// TestCacheBound fills the cache above its limit: what was used last stays.
func TestCacheBound(t *testing.T) {
	c := cache{t.TempDir()}
	const size, limit = 1000, 3500
	binary := make([]byte, size)
	put := func(n byte, age time.Duration) {
		require.NoError(t, c.putWithin(testKey(n), binary, limit))
		at := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(c.path(testKey(n)), at, at))
	}
	put(1, 3*time.Hour)
	put(2, 2*time.Hour)
	put(3, time.Hour)
	_, ok := c.get(testKey(1)) // which makes 2 the oldest
	require.True(t, ok)
	stale, fresh := filepath.Join(c.dir, cacheTemp+"stale"), filepath.Join(c.dir, cacheTemp+"fresh")
	foreign := filepath.Join(c.dir, "foreign")
	for _, name := range []string{stale, fresh, foreign} {
		require.NoError(t, os.WriteFile(name, binary, 0o600))
	}
	at := time.Now().Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(stale, at, at))
	require.NoError(t, os.Chtimes(foreign, at, at))
	put(4, 0)

	for n, want := range map[byte]bool{1: true, 2: false, 3: true, 4: true} {
		_, ok := c.get(testKey(n))
		require.Equal(t, want, ok, "key %d", n)
	}
	require.NoFileExists(t, stale, "a process died while it wrote this")
	require.FileExists(t, fresh, "another process may be writing this")
	require.FileExists(t, foreign, "not ours")
	require.Error(t, c.putWithin(testKey(5), make([]byte, limit), limit), "larger than all of the cache")
}

// TestCacheKey changes each thing that a binary depends on, and what it does not.
func TestCacheKey(t *testing.T) {
	info := DeviceInfo{Platform: "p", PlatformVersion: "pv", Name: "n", Vendor: "v", Version: "V", Driver: "d"}
	keys := map[[32]byte]bool{cacheKey(info, "source", "options"): true}
	add := func(key [32]byte) {
		t.Helper()
		require.False(t, keys[key])
		keys[key] = true
	}
	add(cacheKey(info, "sourc", "eoptions"))
	add(cacheKey(info, "source", "options "))
	for _, change := range []func(i *DeviceInfo){
		func(i *DeviceInfo) { i.Platform = "x" }, func(i *DeviceInfo) { i.PlatformVersion = "x" },
		func(i *DeviceInfo) { i.Name = "x" }, func(i *DeviceInfo) { i.Vendor = "x" },
		func(i *DeviceInfo) { i.Version = "x" }, func(i *DeviceInfo) { i.Driver = "x" },
	} {
		changed := info
		change(&changed)
		add(cacheKey(changed, "source", "options"))
	}
	same := info
	same.GlobalMemory, same.MaxAlloc, same.Index = 1<<30, 1<<28, 5
	require.Equal(t, cacheKey(info, "source", "options"), cacheKey(same, "source", "options"), "PoCL's memory varies")
}

func TestDefaultCache(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	if _, err := os.UserCacheDir(); err != nil { // where these variables say it
		require.Error(t, defaultCache().put(testKey(1), []byte("binary")))
	}
	t.Setenv("HOME", "/home/somebody")
	if dir, err := os.UserCacheDir(); err == nil {
		require.Equal(t, filepath.Join(dir, "keymill", "opencl"), defaultCache().dir)
	}
}
