package bench

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The same seed gives the same streams, another seed others; but an ingest was what it was.
func TestStreamsAreReproducible(t *testing.T) {
	t.Parallel()
	first, err := Streams(1, nil)
	require.NoError(t, err)
	again, err := Streams(1, nil)
	require.NoError(t, err)
	require.Equal(t, first, again)
	others, err := Streams(2, nil)
	require.NoError(t, err)
	var streams []string
	for i, s := range first {
		streams = append(streams, s.Name)
		require.Equal(t, s.Name == "ingest", slices.Equal(s.Batches, others[i].Batches), s.Name)
	}
	require.Equal(t, []string{"uniform", "log-uniform", "bursty", "ingest"}, streams)
	require.Equal(t, "[{18 0} {1064538 0} {2500 0}]", fmt.Sprint(logUniformStream(newRand(7, 7)).Batches[:3]), "on every machine")
}

// Each stream has the sizes that its name says.
func TestStreamsAreWhatTheySay(t *testing.T) {
	t.Parallel()
	streams, err := Streams(3, nil)
	require.NoError(t, err)
	decades := func(s Stream) (part [8]float64) {
		for _, b := range s.Batches {
			require.Positive(t, b.Keys)
			require.LessOrEqual(t, b.Keys, streamKeys)
			part[int(math.Log10(float64(b.Keys)))] += 1 / float64(len(s.Batches))
		}
		return part
	}
	uniform, logUniform, bursty := decades(streams[0]), decades(streams[1]), decades(streams[2])
	require.InDelta(t, 0.9, uniform[6], 0.03)
	for _, part := range logUniform[:7] {
		require.InDelta(t, 1.0/7, part, 0.03)
	}
	require.Greater(t, bursty[0]+bursty[1]+bursty[2], 0.7)
	require.Zero(t, bursty[3], "neither a request nor a load")
	require.Greater(t, bursty[4]+bursty[5]+bursty[6], 0.05)
	near := 0
	for i, b := range streams[2].Batches[1:] {
		if before := streams[2].Batches[i].Keys; before > 9000 && math.Abs(float64(b.Keys)/float64(before)-1) < 0.25 {
			near++
		}
	}
	require.Greater(t, near, 100, "large batches come in runs")

	rows := 0
	for _, b := range streams[3].Batches {
		rows += b.Keys
		require.Greater(t, b.Bytes, b.Keys)
	}
	require.Equal(t, 7_325_923, rows, "those of the file")
}

// What profiles were fitted on is in no stream.
func TestStreamsLeaveOut(t *testing.T) {
	t.Parallel()
	leaveOut := []int{1, 2, 3, 10, 32768, streamKeys}
	streams, err := Streams(1, leaveOut)
	require.NoError(t, err)
	for _, s := range streams {
		for _, b := range s.Batches {
			require.NotContains(t, leaveOut, b.Keys)
		}
	}
}
