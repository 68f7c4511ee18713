package ingest

import (
	"io"
	"time"
)

// patientReader reads ahead on a goroutine of its own, so that its user can ask
// whether there is something to read. It is for pipes and terminals, whose next
// bytes may be long in coming.
type patientReader struct {
	blocks chan block
	empty  chan []byte
	done   chan struct{}
	now    block // what is being handed out
}

type block struct {
	memory []byte // all of it, to be given back
	data   []byte
	err    error
}

func newPatientReader(r io.Reader) *patientReader {
	const blocks, blockSize = 4, 256 << 10
	p := &patientReader{blocks: make(chan block, blocks), empty: make(chan []byte, blocks), done: make(chan struct{})}
	for range blocks {
		p.empty <- make([]byte, blockSize)
	}
	go p.readAhead(r)
	return p
}

func (p *patientReader) readAhead(r io.Reader) {
	for {
		select {
		case <-p.done:
			return
		case memory := <-p.empty:
			n, err := r.Read(memory)
			p.blocks <- block{memory, memory[:n], err} // there is room for all
			if err != nil {
				return
			}
		}
	}
}

// Ready waits that long at the most for something to read, or for the end.
func (p *patientReader) Ready(wait time.Duration) bool {
	if len(p.now.data) > 0 || p.now.err != nil {
		return true
	}
	p.giveBack() // or there would soon be nothing to read ahead into
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case p.now = <-p.blocks:
			if len(p.now.data) > 0 || p.now.err != nil {
				return true
			}
			p.giveBack()
		case <-timer.C:
			return false
		}
	}
}

func (p *patientReader) Read(dst []byte) (int, error) {
	for len(p.now.data) == 0 && p.now.err == nil {
		p.giveBack()
		p.now = <-p.blocks
	}
	n := copy(dst, p.now.data)
	p.now.data = p.now.data[n:]
	if len(p.now.data) > 0 {
		return n, nil
	}
	return n, p.now.err
}

func (p *patientReader) giveBack() {
	if p.now.memory != nil {
		p.empty <- p.now.memory
		p.now = block{}
	}
}

// Close lets the goroutine go; a read that hangs is left behind.
func (p *patientReader) Close() { close(p.done) }
