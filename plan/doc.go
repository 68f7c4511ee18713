// Package plan says what a placement does to the keys of a real stream: how they
// spread over partitions and nodes, what moves when those change, which keys are hot.
//
// All of it is made of sums over rows, so that it comes out the same whoever adds
// up, in whatever order, in however many pieces:
//
//	Rows ─► Tally    what each partition has: keys, bytes, weight        exact
//	     ─► Moves    what goes from each place to each other             exact
//	     ─► Sketch   bounds on what any one key has                      a linear sketch
//	     ─► Sample   how many keys are distinct, and a sample of those   the k smallest hashes
//	     ─► Census   every key, while they are few                       exact
//	     ─► Draws    rows, each as likely as what it has                 the k first of Poisson processes
//	     ─► Intervals  what lies between boundaries                      exact
//
// Each of these may be added to by any number of goroutines at a time, and
// two of the same shape can be merged: a stream that is read in 1, 7 or 64
// pieces by 1 or 64 workers leaves the same sums, bit for bit. What one pass
// bounds, a second pass over the same rows counts exactly: see [Bounds.Heavy].
//
// Memory does not depend on the length of the stream.
package plan
