package cpu

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// Profile returns the built-in cost of each kind of work on this backend: lines
// fitted to BenchmarkProfile of this package on one core of an AMD EPYC of the
// fourth generation at 2.6 GHz. Another processor scales them all about alike,
// which changes no choice.
func Profile() keymill.Profile { return plainCosts.Profile() }

// Costs are what a profile is made of: lines for each hash, and what a reduction adds,
// in nanoseconds. See [Costs.OrPlain] for those that are 0.
type Costs struct {
	Batch  float64                     // before the first key
	Ragged [hash.NumFuncs]keymill.Cost // of keys of any length; Fixed is not used
	Fixed  [hash.NumFuncs]keymill.Cost // of keys of one width
	Reduce [place.NumReduces]float64   // a key
}

// OrPlain returns the costs with those of plain Go where there are none: of work that
// has no kernel.
func (c Costs) OrPlain() *Costs {
	for f := range hash.NumFuncs {
		if c.Ragged[f].PerKey == 0 {
			c.Ragged[f] = plainCosts.Ragged[f]
		}
		if c.Fixed[f].PerKey == 0 {
			c.Fixed[f] = plainCosts.Fixed[f]
		}
	}
	for r, perKey := range plainCosts.Reduce {
		if c.Reduce[r] == 0 {
			c.Reduce[r] = perKey
		}
	}
	return &c
}

// Profile returns the cost of each kind of work.
func (c *Costs) Profile() keymill.Profile {
	p := make(keymill.Profile, hash.NumFuncs*int(keymill.WidthOther+1)*place.NumReduces)
	for _, f := range hash.All() {
		for class := keymill.Ragged; class <= keymill.WidthOther; class++ {
			cost := c.Fixed[f]
			if class == keymill.Ragged {
				cost = c.Ragged[f]
			}
			for r, perKey := range c.Reduce {
				op := keymill.Op{Hash: f, Class: class, Reduce: place.Reduce(r)}
				p[op] = keymill.Cost{Fixed: c.Batch, PerKey: cost.PerKey + perKey, PerByte: cost.PerByte}
			}
		}
	}
	return p
}

var plainCosts = Costs{
	Batch: 100,
	Ragged: [hash.NumFuncs]keymill.Cost{
		hash.XXH3:             {PerKey: 5.9, PerByte: 0.26},
		hash.XXH64:            {PerKey: 8.7, PerByte: 0.61},
		hash.FX64:             {PerKey: 8.1, PerByte: 0.40},
		hash.Murmur2:          {PerKey: 6.3, PerByte: 0.58},
		hash.Murmur3x32:       {PerKey: 6.5, PerByte: 0.54},
		hash.Murmur3x128:      {PerKey: 20.6, PerByte: 0.47},
		hash.Murmur3Cassandra: {PerKey: 21.8, PerByte: 0.44},
		hash.Murmur3Spark:     {PerKey: 7.6, PerByte: 0.52},
		hash.Murmur3Hive:      {PerKey: 6.2, PerByte: 0.70},
		hash.CRC32:            {PerKey: 6.8, PerByte: 0.73},
		hash.CRC32C:           {PerKey: 12.0, PerByte: 0.58},
		hash.CRC16:            {PerKey: 10.2, PerByte: 0.71},
		hash.FNV1a32:          {PerKey: 1.4, PerByte: 1.37},
		hash.FNV1a64:          {PerKey: 11.4, PerByte: 1.18},
		hash.SipHash13:        {PerKey: 16.6, PerByte: 0.62},
		hash.SipHash24:        {PerKey: 20.6, PerByte: 0.78},
		hash.CassandraToken:   {PerKey: 22.3, PerByte: 0.44},
		hash.Lookup3:          {PerKey: 6.4, PerByte: 0.46},
		hash.MD5:              {PerKey: 60.0, PerByte: 1.80}, // a block of 64 bytes at a time
		hash.DES:              {PerKey: 0.5, PerByte: 9.95},
		hash.CityHash102:      {PerKey: 5.0, PerByte: 0.29},
		hash.Java31:           {PerKey: 6.4, PerByte: 0.44},
		hash.Java31Unsigned:   {PerKey: 6.4, PerByte: 0.44},
		hash.Java31UTF16:      {PerKey: 6.3, PerByte: 0.40},
		hash.OneAtATime:       {PerKey: 0.5, PerByte: 1.46},
		hash.XXH32:            {PerKey: 4.9, PerByte: 0.42},
		hash.CephRJenkins:     {PerKey: 6.4, PerByte: 0.60},
	},
	Fixed: [hash.NumFuncs]keymill.Cost{
		hash.XXH3:             {PerKey: 0.5, PerByte: 0.22},
		hash.XXH64:            {PerKey: 2.2, PerByte: 0.37},
		hash.FX64:             {PerKey: 0.5, PerByte: 0.20},
		hash.Murmur2:          {PerKey: 0.5, PerByte: 0.49},
		hash.Murmur3x32:       {PerKey: 1.9, PerByte: 0.37},
		hash.Murmur3x128:      {PerKey: 2.1, PerByte: 0.35},
		hash.Murmur3Cassandra: {PerKey: 3.4, PerByte: 0.33},
		hash.Murmur3Spark:     {PerKey: 0.9, PerByte: 0.44},
		hash.Murmur3Hive:      {PerKey: 0.5, PerByte: 0.46},
		hash.CRC32:            {PerKey: 0.5, PerByte: 0.44},
		hash.CRC32C:           {PerKey: 4.3, PerByte: 0.23},
		hash.CRC16:            {PerKey: 0.5, PerByte: 0.63},
		hash.FNV1a32:          {PerKey: 0.5, PerByte: 1.19},
		hash.FNV1a64:          {PerKey: 0.5, PerByte: 1.08},
		hash.SipHash13:        {PerKey: 12.2, PerByte: 0.38},
		hash.SipHash24:        {PerKey: 18.4, PerByte: 0.38},
		hash.CassandraToken:   {PerKey: 4.0, PerByte: 0.33},
		hash.Lookup3:          {PerKey: 0.5, PerByte: 0.36},
		hash.MD5:              {PerKey: 60.0, PerByte: 1.60},
		hash.DES:              {PerKey: 2.7, PerByte: 5.88},
		hash.CityHash102:      {PerKey: 0.5, PerByte: 0.26},
		hash.Java31:           {PerKey: 0.5, PerByte: 0.41},
		hash.Java31Unsigned:   {PerKey: 0.5, PerByte: 0.41},
		hash.Java31UTF16:      {PerKey: 2.8, PerByte: 0.21},
		hash.OneAtATime:       {PerKey: 0.5, PerByte: 1.29},
		hash.XXH32:            {PerKey: 3.4, PerByte: 0.19},
		hash.CephRJenkins:     {PerKey: 0.5, PerByte: 0.60},
	},
	Reduce: [place.NumReduces]float64{
		place.ReduceMod:       2.0,
		place.ReduceAbsMod:    2.6,
		place.ReduceMask:      1.0,
		place.ReduceFastrange: 1.9,
		place.ReduceJump:      39.3,

		place.ReducePmod: 2.2,

		// Of a table of 65,537 entries, a ring of 10,000 points and 100 members.
		place.ReduceTable:      2.6,
		place.ReduceRing:       25,
		place.ReduceRendezvous: 90,

		place.ReduceStableMod: 1.2,
	},
}
