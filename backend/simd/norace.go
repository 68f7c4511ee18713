//go:build !race

package simd

func watchFixed(k fixedKernel) fixedKernel    { return k }
func watchRagged(k raggedKernel) raggedKernel { return k }
func watchReduce(k reduceKernel) reduceKernel { return k }
func watchPack(k *packKernels) *packKernels   { return k }
func watchTags(k tagsKernel) tagsKernel       { return k }
func watchRising(k risingKernel) risingKernel { return k }
