package bench

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Stream is the sizes of the batches that a program hands over, one after the other.
type Stream struct {
	Name    string
	Batches []BatchSize
}

// BatchSize is how large a batch is.
type BatchSize struct {
	Keys  int
	Bytes int // of keys together; 0: as many as the keys of the work have
}

const (
	// streamKeys is the largest batch of a stream.
	streamKeys = 10_000_000

	// streamBatches is how many batches a stream has that is drawn: so many that one of
	// them, unlucky as it may be, does not move the sum by a hundredth.
	streamBatches = 3000
)

// Streams returns the streams that the simulator replays. The same seed gives the same
// batches. No batch has one of the sizes to leave out, which are those that the models
// were fitted on: it has a few keys more.
func Streams(seed uint64, leaveOut []int) ([]Stream, error) {
	ingest, err := ingestStream()
	if err != nil {
		return nil, err
	}
	streams := []Stream{uniformStream(newRand(seed, 1)), logUniformStream(newRand(seed, 2)), burstyStream(newRand(seed, 3)), ingest}
	for _, s := range streams {
		for i := range s.Batches {
			for slices.Contains(leaveOut, s.Batches[i].Keys) {
				s.Batches[i].Keys++
			}
		}
	}
	return streams, nil
}

func newRand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// uniformStream has batches of any size, each as often: most are large.
func uniformStream(rng *rand.Rand) Stream {
	s := Stream{Name: "uniform"}
	for range streamBatches {
		s.add(1 + rng.IntN(streamKeys))
	}
	return s
}

// logUniformName is the stream that the targets are for.
const logUniformName = "log-uniform"

// logUniformStream has as many batches of each order of magnitude: the sum is that of the
// large ones, the worst size may be any.
func logUniformStream(rng *rand.Rand) Stream {
	s := Stream{Name: logUniformName}
	for range streamBatches {
		s.add(logUniform(rng, 1, streamKeys))
	}
	return s
}

// burstyStream is that of a server which answers requests of a few keys, and now and then
// loads a file: runs of small batches of any size, and between them runs of large ones, all
// about as large as the first.
func burstyStream(rng *rand.Rand) Stream {
	s := Stream{Name: "bursty"}
	for len(s.Batches) < streamBatches {
		for range 20 + rng.IntN(200) {
			s.add(logUniform(rng, 1, 300))
		}
		size := logUniform(rng, 10_000, streamKeys)
		for range 1 + rng.IntN(30) {
			s.add(min(streamKeys, int(float64(size)*(0.9+0.2*rng.Float64()))))
		}
	}
	s.Batches = s.Batches[:streamBatches]
	return s
}

func (s *Stream) add(keys int) { s.Batches = append(s.Batches, BatchSize{Keys: keys}) }

// logUniform draws a number from low to high, each order of magnitude as often.
func logUniform(rng *rand.Rand, low, high int) int {
	x := math.Exp(rng.Float64() * math.Log(float64(high)/float64(low)))
	return min(high, int(float64(low)*x))
}

// ingestJSON is what Config.Observe of the dispatcher reported during an ingest.
//
//go:embed testdata/ingest.json
var ingestJSON []byte

// ingestStream has the batches of an ingest, in the order in which they were placed.
func ingestStream() (Stream, error) {
	var recorded struct {
		Batches [][2]int `json:"batches"` // keys and bytes
	}
	if err := json.Unmarshal(ingestJSON, &recorded); err != nil {
		return Stream{}, fmt.Errorf("testdata/ingest.json: %w", err)
	}
	s := Stream{Name: "ingest"}
	for _, b := range recorded.Batches {
		s.Batches = append(s.Batches, BatchSize{b[0], b[1]})
	}
	return s, nil
}
