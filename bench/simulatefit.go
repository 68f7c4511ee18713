package bench

import "github.com/keymill/keymill"

// fitted returns the cost of an op by the sizes to fit on of its timings.
func fitted(works []WorkTimings) keymill.Cost {
	var points []keymill.Point
	for _, w := range works {
		for _, t := range w.Fit {
			points = append(points, keymill.Point{Keys: t.Keys, Bytes: int(float64(t.Keys) * w.KeyBytes), Nanos: t.at(0.5)})
		}
	}
	return keymill.Fit(points)
}
