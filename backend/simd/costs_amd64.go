//go:build !purego

package simd

import (
	"github.com/keymill/keymill"
	"github.com/keymill/keymill/backend/cpu"
	"github.com/keymill/keymill/hash"
	"github.com/keymill/keymill/place"
)

// The costs are lines fitted to BenchmarkProfile of this package on one core of an
// AMD EPYC of the fourth generation at 2.6 GHz, with keys that are in the cache.
// Another processor scales them all about alike, which changes few choices.
var (
	costsAVX2 = cpu.Costs{
		Batch: 130,
		Ragged: [hash.NumFuncs]keymill.Cost{
			hash.XXH3:             {PerKey: 2.3, PerByte: 0.06},
			hash.XXH64:            {PerKey: 1.9, PerByte: 0.17},
			hash.FX64:             {PerKey: 2.6, PerByte: 0.08},
			hash.Murmur2:          {PerKey: 1.5, PerByte: 0.05},
			hash.Murmur3x32:       {PerKey: 1.6, PerByte: 0.08},
			hash.Murmur3x128:      {PerKey: 2.9, PerByte: 0.11},
			hash.Murmur3Cassandra: {PerKey: 3.5, PerByte: 0.12},
			hash.Murmur3Spark:     {PerKey: 2.3, PerByte: 0.08},
			hash.Murmur3Hive:      {PerKey: 1.7, PerByte: 0.08},
			hash.CRC32:            {PerKey: 1.2, PerByte: 0.06},
			hash.CRC32C:           {PerKey: 1.2, PerByte: 0.06},
			hash.CRC16:            {PerKey: 1.2, PerByte: 0.06},
			hash.FNV1a32:          {PerKey: 1.6, PerByte: 0.14},
			hash.FNV1a64:          {PerKey: 1.7, PerByte: 0.32},
			hash.SipHash13:        {PerKey: 2.3, PerByte: 0.13},
			hash.SipHash24:        {PerKey: 2.7, PerByte: 0.23},
			hash.CassandraToken:   {PerKey: 3.9, PerByte: 0.12},
			hash.Lookup3:          {PerKey: 1.8, PerByte: 0.22},
			hash.MD5:              {PerKey: 9.0, PerByte: 0.19},
		},
		Fixed: [hash.NumFuncs]keymill.Cost{
			hash.XXH3:             {PerKey: 0.1, PerByte: 0.05},
			hash.XXH64:            {PerKey: 0.1, PerByte: 0.11},
			hash.FX64:             {PerKey: 0.1, PerByte: 0.05},
			hash.Murmur2:          {PerKey: 0.1, PerByte: 0.04},
			hash.Murmur3x32:       {PerKey: 0.1, PerByte: 0.06},
			hash.Murmur3x128:      {PerKey: 0.3, PerByte: 0.10},
			hash.Murmur3Cassandra: {PerKey: 0.1, PerByte: 0.12},
			hash.Murmur3Spark:     {PerKey: 0.1, PerByte: 0.06},
			hash.Murmur3Hive:      {PerKey: 0.1, PerByte: 0.07},
			hash.CRC32:            {PerKey: 0.1, PerByte: 0.10},
			hash.CRC32C:           {PerKey: 0.1, PerByte: 0.09},
			hash.CRC16:            {PerKey: 0.1, PerByte: 0.08},
			hash.FNV1a32:          {PerKey: 0.1, PerByte: 0.09},
			hash.FNV1a64:          {PerKey: 0.1, PerByte: 0.25},
			hash.SipHash13:        {PerKey: 1.6, PerByte: 0.07},
			hash.SipHash24:        {PerKey: 1.4, PerByte: 0.14},
			hash.CassandraToken:   {PerKey: 0.5, PerByte: 0.12},
			hash.Lookup3:          {PerKey: 0.3, PerByte: 0.08},
			hash.MD5:              {PerKey: 10.0, PerByte: 0.17},
		},
		Reduce: [place.NumReduces]float64{
			place.ReduceMod:       1.3,
			place.ReduceAbsMod:    1.0,
			place.ReduceMask:      0.9,
			place.ReduceFastrange: 1.0,
			place.ReduceJump:      5.5,
			place.ReducePmod:      1.1,

			place.ReduceRendezvous: 44, // of 100 members
		},
	}
	costsAVX512 = cpu.Costs{
		Batch: 130,
		Ragged: [hash.NumFuncs]keymill.Cost{
			hash.XXH3:             {PerKey: 2.1, PerByte: 0.07},
			hash.XXH64:            {PerKey: 1.2, PerByte: 0.07},
			hash.FX64:             {PerKey: 1.5, PerByte: 0.04},
			hash.Murmur2:          {PerKey: 1.3, PerByte: 0.05},
			hash.Murmur3x32:       {PerKey: 1.8, PerByte: 0.06},
			hash.Murmur3x128:      {PerKey: 1.4, PerByte: 0.06},
			hash.Murmur3Cassandra: {PerKey: 1.8, PerByte: 0.06},
			hash.Murmur3Spark:     {PerKey: 1.6, PerByte: 0.07},
			hash.Murmur3Hive:      {PerKey: 1.9, PerByte: 0.06},
			hash.CRC32:            {PerKey: 1.1, PerByte: 0.04},
			hash.CRC32C:           {PerKey: 1.0, PerByte: 0.05},
			hash.CRC16:            {PerKey: 1.0, PerByte: 0.05},
			hash.FNV1a32:          {PerKey: 2.1, PerByte: 0.08},
			hash.FNV1a64:          {PerKey: 0.5, PerByte: 0.14},
			hash.SipHash13:        {PerKey: 1.6, PerByte: 0.10},
			hash.SipHash24:        {PerKey: 1.8, PerByte: 0.16},
			hash.CassandraToken:   {PerKey: 2.2, PerByte: 0.06},
			hash.Lookup3:          {PerKey: 2.1, PerByte: 0.13},
			hash.MD5:              {PerKey: 6.0, PerByte: 0.12},
		},
		Fixed: [hash.NumFuncs]keymill.Cost{
			hash.XXH3:             {PerKey: 0.1, PerByte: 0.04},
			hash.XXH64:            {PerKey: 0.1, PerByte: 0.04},
			hash.FX64:             {PerKey: 0.1, PerByte: 0.02},
			hash.Murmur2:          {PerKey: 0.1, PerByte: 0.04},
			hash.Murmur3x32:       {PerKey: 0.1, PerByte: 0.05},
			hash.Murmur3x128:      {PerKey: 0.3, PerByte: 0.04},
			hash.Murmur3Cassandra: {PerKey: 0.1, PerByte: 0.06},
			hash.Murmur3Spark:     {PerKey: 0.1, PerByte: 0.04},
			hash.Murmur3Hive:      {PerKey: 0.1, PerByte: 0.04},
			hash.CRC32:            {PerKey: 0.1, PerByte: 0.07},
			hash.CRC32C:           {PerKey: 0.1, PerByte: 0.07},
			hash.CRC16:            {PerKey: 0.1, PerByte: 0.07},
			hash.FNV1a32:          {PerKey: 0.1, PerByte: 0.07},
			hash.FNV1a64:          {PerKey: 0.1, PerByte: 0.08},
			hash.SipHash13:        {PerKey: 0.8, PerByte: 0.06},
			hash.SipHash24:        {PerKey: 1.0, PerByte: 0.10},
			hash.CassandraToken:   {PerKey: 0.5, PerByte: 0.06},
			hash.Lookup3:          {PerKey: 0.3, PerByte: 0.06},
			hash.MD5:              {PerKey: 6.5, PerByte: 0.11},
		},
		Reduce: [place.NumReduces]float64{
			place.ReduceMod:       1.1,
			place.ReduceAbsMod:    1.0,
			place.ReduceMask:      1.0,
			place.ReduceFastrange: 1.0,
			place.ReduceJump:      4.6,
			place.ReducePmod:      1.1,

			// Of a ring of 10,000 points and of 100 members.
			place.ReduceRing:       11,
			place.ReduceRendezvous: 24,
		},
	}
)
