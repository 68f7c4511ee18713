package bench

import (
	"encoding/json"
	"errors"
	"io"
	"math"
)

// Verdicts of a row.
const (
	Met    = "met"    // the whole interval reaches the target
	Missed = "missed" // the whole interval is below the target
	Noisy  = "noisy"  // the run cannot tell
	Info   = "info"   // no target
)

// noisyWidth is the half width of an interval, as a part of its median, from
// which on a row without a target says nothing.
const noisyWidth = 0.1

// Report is what a run measured. Its JSON is the schema of docs/CLI.md.
type Report struct {
	Table   string   `json:"table"` // one of Tables
	Machine Machine  `json:"machine"`
	Commit  string   `json:"commit"` // of keymill, "+" behind it if files were changed
	Date    string   `json:"date"`   // RFC 3339
	Command string   `json:"command"`
	Rounds  int      `json:"rounds"`
	Unit    string   `json:"unit"`            // what ours_ns and peer_ns are for: "key"
	Notes   []string `json:"notes,omitempty"` // what a reader must know: what was left out, and why
	AA      AA       `json:"aa"`
	Roof    []Limit  `json:"roof"`
	Memory  []Memory `json:"memory,omitempty"` // of stores
	Rows    []Row    `json:"rows"`

	Regret    []Regret    `json:"regret,omitempty"`    // of the table dispatch, whose rows have the totals, too
	Simulated []Simulated `json:"simulated,omitempty"` // of the table dispatch: what is replayed, not measured
}

// Memory is what a store makes of its rows: bytes of resident memory for each,
// key, value and all.
type Memory struct {
	Store  string  `json:"store"`
	Keys   string  `json:"keys"` // the family
	PerRow float64 `json:"bytes_per_row"`
}

// AA is the same code compared with itself: what the run makes of no difference.
type AA struct {
	Ratio  float64    `json:"ratio"`
	CI     [2]float64 `json:"ci"`
	Spread float64    `json:"spread"` // of single rounds: 90th less 10th percentile
	Rounds int        `json:"rounds"` // of all rows together
}

// Holds says whether the interval holds 1, as it does in 95 of 100 runs on a
// machine that can be trusted.
func (a AA) Holds() bool { return Ratio{a.Ratio, a.CI[0], a.CI[1]}.Holds(1) }

// Row compares one of ours with one peer.
type Row struct {
	Name      string     `json:"name"` // the work: "xxh3 fixed16"
	Ours      string     `json:"ours"` // the backend or store
	Peer      string     `json:"peer"`
	OursNS    float64    `json:"ours_ns"` // median
	PeerNS    float64    `json:"peer_ns"`
	Ratio     float64    `json:"ratio"` // peer over ours, the median of the rounds: how many times as fast ours is
	CI        [2]float64 `json:"ci"`    // 95 %, of the ratio
	RoofShare *float64   `json:"roof_share,omitempty"`
	Target    *float64   `json:"target,omitempty"`
	Verdict   string     `json:"verdict"`
	Other     bool       `json:"other,omitempty"` // the peer computes something else than ours
	Samples   Samples    `json:"samples"`
}

// Samples are the raw measurements of a row, in nanoseconds a unit, round by
// round. Those of ours stand in the first of the rows that share them.
type Samples struct {
	Ours []float64 `json:"ours,omitempty"`
	Peer []float64 `json:"peer"`
}

func (r Row) interval() Ratio { return Ratio{r.Ratio, r.CI[0], r.CI[1]} }

// rows makes the rows of a group that was measured.
func (g *group) rows() (rows []Row) {
	for i, ours := range g.ours {
		// One run a round, as the peers have, though the first of ours has two: by
		// their mean, which a disturbance hits twice as often, a peer of the same
		// speed would look faster, and A/A would not show it.
		took := g.samples.ours[i]
		for j, peer := range g.peers {
			ratio := ratioOf(quotients(g.samples.peers[j], took))
			row := Row{
				Name: g.name, Ours: ours.name, Peer: peer.name, Other: peer.own || ours.own,
				Ratio: ratio.Median, CI: [2]float64{ratio.Low, ratio.High},
				Samples: Samples{Peer: rounded(g.samples.peers[j])},
			}
			if j == 0 {
				row.Samples.Ours = rounded(took)
			}
			row.OursNS, _ = summary(took)
			row.PeerNS, _ = summary(g.samples.peers[j])
			if roof := g.roof(); roof != nil {
				share := ratioOf(quotients(roof, took)).Median
				row.RoofShare = &share
			}
			row.Target = target(g.promises, ours.name, g.name, peer.name)
			row.Verdict = verdict(ratio, row.Target)
			rows = append(rows, row)
		}
		if row := g.roofRow(i); row != nil {
			if len(g.peers) > 0 {
				row.Samples.Ours = nil
			}
			rows = append(rows, *row)
		}
	}
	return rows
}

// roofRow compares one of ours with the machine's limit, if a share of it is
// promised.
func (g *group) roofRow(i int) *Row {
	roof, took := g.roof(), g.samples.ours[i]
	promised := target(g.promises, g.ours[i].name, g.name, roofPeer)
	if roof == nil || promised == nil {
		return nil
	}
	ratio := ratioOf(quotients(roof, took))
	row := &Row{
		Name: g.name, Ours: g.ours[i].name, Peer: roofPeer, Other: true, Target: promised,
		Ratio: ratio.Median, CI: [2]float64{ratio.Low, ratio.High}, RoofShare: &ratio.Median,
		Verdict: verdict(ratio, promised), Samples: Samples{Ours: rounded(took), Peer: rounded(roof)},
	}
	row.OursNS, _ = summary(took)
	row.PeerNS, _ = summary(roof)
	return row
}

// roof returns the samples of the fastest roof.
func (g *group) roof() (fastest []float64) {
	for _, roof := range g.samples.roofs {
		if fastest == nil || ratioOf(roof).Median < ratioOf(fastest).Median {
			fastest = roof
		}
	}
	return fastest
}

// limits are the roofs of a group.
func (g *group) limits() (limits []Limit) {
	for i, roof := range g.roofs {
		ns, _ := summary(g.samples.roofs[i])
		limits = append(limits, Limit{Name: roof.name, NS: ns, Unit: "key", Bytes: roof.bytes})
	}
	return limits
}

func verdict(r Ratio, target *float64) string {
	switch {
	case target == nil && r.width() <= noisyWidth:
		return Info
	case target == nil:
		return Noisy
	case r.Low >= *target:
		return Met
	case r.High < *target:
		return Missed
	}
	return Noisy
}

// aaOf compares the first of ours with itself, over all groups. Which of the two
// runs of a round is called the first is chosen at random, so that the interval
// holds 1 in 95 of 100 runs unless the instrument is at fault.
func aaOf(groups []*group) AA {
	var ratios []float64
	for _, g := range groups {
		ratios = append(ratios, quotients(g.samples.again, g.samples.ours[0])...)
	}
	r := ratioOf(ratios)
	_, spread := summary(ratios)
	return AA{Ratio: r.Median, CI: [2]float64{r.Low, r.High}, Spread: spread, Rounds: len(ratios)}
}

func quotients(a, b []float64) []float64 {
	q := make([]float64, len(a))
	for i := range a {
		q[i] = a[i] / b[i]
	}
	return q
}

// rounded keeps five digits: more than any clock knows, and a third of the text.
func rounded(samples []float64) []float64 {
	r := make([]float64, len(samples))
	for i, x := range samples {
		scale := math.Pow(10, 4-math.Floor(math.Log10(math.Abs(x)+1e-300)))
		r[i] = math.Round(x*scale) / scale
	}
	return r
}

// WriteJSON writes the report as JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(r)
}

// ReadReport reads what [Report.WriteJSON] wrote.
func ReadReport(in io.Reader) (*Report, error) {
	r := &Report{}
	if err := json.NewDecoder(in).Decode(r); err != nil {
		return nil, err
	}
	if r.Table == "" {
		return nil, errors.New("it names no table")
	}
	return r, nil
}
