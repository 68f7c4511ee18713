package opencl

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keymill/keymill/internal/wholefile"
)

// cache keeps built kernels in a folder, a file each. A driver does not survive a binary that is damaged
// (PoCL aborts the process), so what is read is whole or it is a miss.
//
// A file is cacheMagic, the length of the binary in 8 bytes, the SHA-256 of the key and the binary, and the
// binary. It is written under another name and renamed, so nobody reads half of one.
type cache struct{ dir string }

const (
	cacheMagic  = "KMCL\x00\x00\x00\x01"
	cacheHeader = len(cacheMagic) + 8 + sha256.Size
	cacheSuffix = ".clbin"
	cacheTemp   = ".temp-"

	// maxCache is how many bytes of files are kept, those used last. A kernel of PoCL has about 100 KiB,
	// so that is all kernels of ten devices and drivers.
	maxCache = 256 << 20
)

// defaultCache returns the cache in the user's cache folder. Where there is none it keeps nothing.
func defaultCache() cache {
	dir, err := os.UserCacheDir()
	if err != nil {
		return cache{}
	}
	return cache{filepath.Join(dir, "keymill", "opencl")}
}

// cacheKey names what a binary was built of, and for: nothing else decides what the driver makes of it.
func cacheKey(info DeviceInfo, source, options string) [32]byte {
	h := sha256.New()
	for _, s := range []string{
		cacheMagic, source, options,
		info.Platform, info.PlatformVersion, info.Name, info.Vendor, info.Version, info.Driver,
	} {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(s))) // a hash takes all
		h.Write([]byte(s))
	}
	return [32]byte(h.Sum(nil))
}

// get returns the binary of that key, if the cache has it whole. Whatever is wrong with the file or the
// folder, it is not an error: the kernel is built again.
func (c cache) get(key [32]byte) (binary []byte, ok bool) {
	if c.dir == "" {
		return nil, false
	}
	name := c.path(key)
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxCache {
		return nil, false
	}
	file, err := os.ReadFile(name)
	if err != nil || len(file) <= cacheHeader {
		return nil, false
	}
	binary = file[cacheHeader:]
	if !bytes.Equal(file[:cacheHeader], header(key, binary)) {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(name, now, now) // used last; if it cannot be said, it is thrown out sooner
	return binary, true
}

// put keeps a binary that is not empty. The error says why it is not kept, which the caller can do without.
func (c cache) put(key [32]byte, binary []byte) error { return c.putWithin(key, binary, maxCache) }

func (c cache) putWithin(key [32]byte, binary []byte, limit int64) error {
	switch {
	case c.dir == "":
		return errors.New("there is no folder for built kernels: the user has no cache folder")
	case len(binary) == 0 || int64(cacheHeader+len(binary)) > limit:
		return fmt.Errorf("a binary of %d bytes is not kept", len(binary))
	}
	if err := wholefile.Write(c.path(key), cacheTemp, append(header(key, binary), binary...)); err != nil {
		return err
	}
	return c.trim(limit, time.Now())
}

func (c cache) path(key [32]byte) string {
	return filepath.Join(c.dir, hex.EncodeToString(key[:])+cacheSuffix)
}

// header returns what a file begins with.
func header(key [32]byte, payload []byte) []byte {
	h := sha256.New()
	h.Write(key[:])
	h.Write(payload)
	head := binary.LittleEndian.AppendUint64([]byte(cacheMagic), uint64(len(payload)))
	return h.Sum(head)
}

// trim removes the files that were not used for the longest time until at most limit bytes are left, and
// what processes that died left half-written.
func (c cache) trim(limit int64, now time.Time) error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	var total int64
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case err != nil: // another process was faster
		case strings.HasPrefix(e.Name(), cacheTemp) && now.Sub(info.ModTime()) > time.Hour:
			errs = append(errs, c.remove(info))
		case strings.HasSuffix(e.Name(), cacheSuffix) && info.Mode().IsRegular():
			files = append(files, info)
			total += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if total <= limit {
			break
		}
		errs = append(errs, c.remove(f))
		total -= f.Size()
	}
	return errors.Join(errs...)
}

func (c cache) remove(f fs.FileInfo) error {
	err := os.Remove(filepath.Join(c.dir, f.Name()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was faster
	}
	return err
}
