package backend

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/opencl"
	"github.com/keymill/keymill/backend/simd"
	"github.com/keymill/keymill/internal/wholefile"
)

// SavedPath returns the file that [Save] and [Load] are for, unless the user names another:
// profile.json in the folder keymill of the user's cache folder. It need not be there.
func SavedPath() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for a profile: %w", err)
	}
	return filepath.Join(dir, "keymill", "profile.json"), nil
}

// Save keeps the profiles of a calibration in a file, for this machine and this version of
// keymill. Nobody reads half of one. Its folder is made if it is not there.
func Save(path string, c *keymill.Calibration) error {
	backends := map[string]keymill.Profile{}
	for _, b := range c.Backends {
		if len(b.Lines) > 0 {
			backends[b.Name] = c.Profile(b.Name)
		}
	}
	made := thisMaker()
	made.Devices = devicesOf(slices.Collect(maps.Keys(backends)))
	file, err := encode(made, backends)
	if err == nil {
		err = wholefile.Write(path, ".temp-profile-", file)
	}
	if err != nil {
		return fmt.Errorf("the profile is not saved: %w", err)
	}
	return nil
}

// maxSaved is how large a file may be: a hundred backends fit in.
const maxSaved = 64 << 20

// Load returns the candidates with the costs that [Save] has kept in a file. A candidate that
// the file does not have keeps its costs, but for Parallel of one that it has, which follows
// from that. The candidates passed in are not changed.
//
// A file that is damaged, of another machine or of another version of keymill is an error of one
// line that says so; the caller goes on with the candidates as they are. Where there is no
// file, the error matches [io/fs.ErrNotExist].
func Load(path string, candidates []keymill.Candidate) ([]keymill.Candidate, error) {
	file, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("the profile cannot be read: %w", err)
	}
	made, backends, err := decode(file, func(name string) bool {
		return slices.ContainsFunc(candidates, func(c keymill.Candidate) bool {
			base, _ := keymill.CutParallel(c.Name())
			return name == c.Name() || name == base
		})
	})
	if err == nil {
		err = made.differs(thisMaker())
	}
	if err == nil {
		var used []string
		for _, c := range candidates {
			if backends[c.Name()] != nil {
				used = append(used, c.Name())
			}
		}
		err = devicesDiffer(made.Devices, devicesOf(used))
	}
	if err != nil {
		return nil, fmt.Errorf("the profile %s %w: run 'keymill calibrate'", path, err)
	}
	loaded := slices.Clone(candidates)
	for i := range loaded {
		c := &loaded[i]
		name, workers := c.Name(), 1
		if backends[name] == nil {
			name, workers = keymill.CutParallel(name)
		}
		if p := backends[name]; p != nil {
			c.Profile = p.Parallel(workers)
		}
	}
	return loaded, nil
}

func read(path string) (contents []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("%s is no file", path))
	}
	contents, err = io.ReadAll(io.LimitReader(f, maxSaved+1))
	if len(contents) > maxSaved {
		err = fmt.Errorf("%s is larger than a profile can be", path)
	}
	return contents, err
}

// maker is what profiles are good for: where they were measured, and by what.
type maker struct {
	Version   string   `json:"keymill"`
	Processor string   `json:"processor"`
	Features  []string `json:"features"`
	Cores     int      `json:"cores"` // of the machine, whatever GOMAXPROCS says

	// Devices say for each OpenCL device that has a profile which it is, and its driver.
	Devices map[string]string `json:"devices,omitempty"`
}

// thisMaker describes this program on this machine, but for its devices.
func thisMaker() maker {
	name, features := simd.Processor()
	return maker{Version: version(), Processor: name, Features: features, Cores: runtime.NumCPU()}
}

// differs says what of the maker of a profile is not as it is here.
func (m *maker) differs(here maker) error {
	switch {
	case m.Version != here.Version:
		return fmt.Errorf("is of keymill %.100q, and this is %q", m.Version, here.Version)
	case m.Processor != here.Processor:
		return fmt.Errorf("is of another processor, %.100q, and this is %q", m.Processor, here.Processor)
	case !slices.Equal(m.Features, here.Features):
		return errors.New("is of a processor of this name with other features")
	case m.Cores != here.Cores:
		return fmt.Errorf("is of a machine with %d cores, and this has %d", m.Cores, here.Cores)
	}
	return nil
}

// devicesOf describes those of the named backends that are OpenCL devices. It asks OpenCL
// only if some are.
func devicesOf(names []string) map[string]string {
	devices := map[string]string{}
	for _, name := range names {
		if strings.HasPrefix(name, "opencl:") {
			devices[name] = "missing"
		}
	}
	if len(devices) == 0 {
		return devices
	}
	found, _ := opencl.Devices() // on an error all of them are missing
	for _, d := range found {
		name := fmt.Sprintf("opencl:%d", d.Index)
		if _, wanted := devices[name]; wanted {
			devices[name] = strings.Join([]string{d.Name, d.Vendor, d.Platform, d.PlatformVersion, d.Version, d.Driver}, ", ")
		}
	}
	return devices
}

// devicesDiffer says which of the devices that are used is not what it was.
func devicesDiffer(saved, used map[string]string) error {
	for name, now := range used {
		if was := saved[name]; was != now {
			return fmt.Errorf("is of another device %s, %.300q, and this is %q", name, was, now)
		}
	}
	return nil
}

// version is that of keymill in this program, be it the program itself or a module of it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == "github.com/keymill/keymill" && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	return "devel"
}
