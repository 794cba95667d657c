package local

// pool runs functions in goroutines that it keeps, so that a transition does not
// pay for growing a new stack. Goroutines that are kept do nothing but wait.
type pool struct {
	work chan func()
	keep chan struct{} // a place for each goroutine that may be kept
	stop chan struct{}
}

func newPool(keep int) *pool {
	return &pool{work: make(chan func()), keep: make(chan struct{}, keep), stop: make(chan struct{})}
}

// run runs f in a goroutine at once; it never blocks.
func (p *pool) run(f func()) {
	select {
	case p.work <- f:
	default:
		go p.worker(f)
	}
}

func (p *pool) worker(f func()) {
	f()
	select {
	case p.keep <- struct{}{}:
	default:
		return // enough are kept
	}
	defer func() { <-p.keep }()
	for {
		select {
		case f := <-p.work:
			f()
		case <-p.stop:
			return
		}
	}
}

// close lets go of the goroutines that wait. What runs is run to its end.
func (p *pool) close() { close(p.stop) }
