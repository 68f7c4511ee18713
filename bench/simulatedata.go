package bench

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"

	"github.com/keymill/keymill"
)

// The timings that each report of the table dispatch replays.
var (
	// hostTimings were written by keymill bench dispatch --record.
	//
	//go:embed testdata/timings-host.json
	hostTimings []byte

	// gpuTimings are those of ModelledGPU; its test writes them.
	//
	//go:embed testdata/timings-gpu.json
	gpuTimings []byte
)

// simulations replays what comes with the program: a processor as it was recorded, and a
// modelled GPU beside it. Of the works, it has those of these names. Candidates have the
// built-in costs of this program, which are judged in place of those that were recorded.
func simulations(seed uint64, works []string, candidates []keymill.Candidate) (all []Simulated, err error) {
	host, err := ReadTimings(bytes.NewReader(hostTimings))
	if err != nil {
		return nil, fmt.Errorf("testdata/timings-host.json: %w", err)
	}
	device, err := ReadTimings(bytes.NewReader(gpuTimings))
	if err != nil {
		return nil, fmt.Errorf("testdata/timings-gpu.json: %w", err)
	}
	host.builtIn(candidates)
	device.builtIn(candidates)
	for _, t := range []*Timings{host, host.beside(device)} {
		simulated, err := simulate(t, seed)
		if err != nil {
			return nil, err
		}
		all = append(all, simulated...)
	}
	return slices.DeleteFunc(all, func(s Simulated) bool { return !slices.Contains(works, s.Work) }), nil
}
