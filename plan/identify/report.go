package identify

import "unicode/utf8"

// Verdict is what is known in the end.
type Verdict string

// The verdicts.
const (
	Found  Verdict = "found"   // Named explain all pairs, the likeliest first
	Partly Verdict = "partly"  // one explains far more pairs than chance, but not all
	Mixed  Verdict = "mixed"   // each of Named explains what those before it do not, far more than chance would
	None   Verdict = "none"    // no candidate explains more than chance can
	TooFew Verdict = "too_few" // some explain all pairs, which are so few that chance can do that
)

// Report says which functions explain the pairs.
type Report struct {
	Verdict Verdict `json:"verdict"`

	Pairs    int    `json:"pairs"`    // different ones
	Repeated uint64 `json:"repeated"` // pairs that were there before
	// Contradictory is how many keys have several partitions, of which a function
	// can explain one. Contradictions has the first of them.
	Contradictory  int             `json:"contradictory_keys"`
	Contradictions []Contradiction `json:"contradictions,omitempty"`

	Different  int      `json:"different_partitions"`
	Largest    uint32   `json:"largest_partition"`
	From       uint32   `json:"partitions_from"` // the numbers of partitions that were tried
	To         uint32   `json:"partitions_to"`
	OfSystems  int      `json:"functions_of_systems"` // presets, each with each form of keys
	Functions  int      `json:"functions"`            // those and others
	Candidates uint64   `json:"candidates"`
	Forms      []string `json:"key_forms"`

	// Named are the functions that explain the pairs. Best is what comes nearest if
	// none is named, or those that explain all pairs if these are too few.
	Named []Candidate `json:"named,omitempty"`
	Best  []Candidate `json:"best,omitempty"`
	// Fitting is how many candidates explain all pairs; Named and Best have the likeliest.
	Fitting int `json:"fitting"`

	Unexplained      int    `json:"unexplained"` // pairs that none of Named explains
	UnexplainedPairs []Pair `json:"unexplained_pairs,omitempty"`

	// Needed is how many pairs chance could not explain that are as even over as many
	// partitions; 0 if all pairs have one partition, which says nothing of a function.
	Needed int `json:"needed_pairs"`
}

// Candidate is a function with its number of partitions.
type Candidate struct {
	Scheme  string `json:"scheme,omitempty"` // the preset; none for other functions
	System  string `json:"system,omitempty"` // of the preset
	Variant string `json:"variant,omitempty"`
	Hash    string `json:"hash,omitempty"` // of other functions; none if the key is a number that is not hashed
	Seed    string `json:"seed,omitempty"` // if it is not the hash's own
	Rule    string `json:"rule"`
	Keys    string `json:"keys,omitempty"`     // what becomes of keys before they are hashed
	KeyType string `json:"key_type,omitempty"` // what keys are for a system that hashes values

	// Partitions is the least number of partitions of those from Low to High with
	// which the function explains the same pairs.
	Partitions uint32 `json:"partitions"`
	Low        uint32 `json:"partitions_low"`
	High       uint32 `json:"partitions_high"`

	Explained int `json:"explained"`
	Unplaced  int `json:"unplaced"`       // pairs of keys that the system places anywhere
	Missed    int `json:"missed"`         // the other pairs
	Only      int `json:"only,omitempty"` // if several are named together: pairs that no other of them explains

	// Log10Chance is the logarithm of how many of the candidates explain as many random
	// pairs: far below 0, it is that of the chance that any does. Of a further function of
	// several it is that for the pairs which those before it leave.
	Log10Chance float64 `json:"log10_chance"`
	Command     string  `json:"command,omitempty"` // which places so

	// Apart is a key that tells the candidate from the first one. SameOn is of how many keys none did.
	Apart  *Apart `json:"apart,omitempty"`
	SameOn int    `json:"same_on,omitempty"`
	// Narrow is a key that tells Low from High: First is its partition with Low, Here that with High.
	Narrow *Apart `json:"narrow,omitempty"`
}

// Apart is a key for which two candidates have different partitions.
type Apart struct {
	KeyText
	First *uint32 `json:"first"` // by the likeliest candidate; nil if it does not place the key
	Here  *uint32 `json:"here"`
}

// Contradiction is a key with several partitions.
type Contradiction struct {
	KeyText
	Partitions []uint32 `json:"partitions"`
}

// Pair is a key and the partition that it has.
type Pair struct {
	KeyText
	Partition uint32 `json:"partition"`
	// Expected is what each function of Report.Named says, of a pair that none explains.
	Expected []*uint32 `json:"expected,omitempty"`
}

// KeyText is a key as JSON has it: text, or bytes that are none.
type KeyText struct {
	Text  *string `json:"key,omitempty"`
	Bytes []byte  `json:"key_base64,omitempty"`
}

// NewKey returns a key of its own memory.
func NewKey(key []byte) KeyText {
	if !utf8.Valid(key) {
		return KeyText{Bytes: append([]byte(nil), key...)}
	}
	text := string(key)
	return KeyText{Text: &text}
}

// Key returns the bytes of the key.
func (k KeyText) Key() []byte {
	if k.Text != nil {
		return []byte(*k.Text)
	}
	return k.Bytes
}
