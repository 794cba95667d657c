package main

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/vacancy/vacancy/cmd/vacancy/internal/bench"
)

// newProgress shows progress as a bar on a terminal, and by name elsewhere.
func (p *program) newProgress() bench.Progress {
	if isTerminal(p.err) && !p.global.json {
		return &barProgress{p: p}
	}
	return namedProgress{p}
}

type barProgress struct {
	p   *program
	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

func (b *barProgress) Begin(what string, steps int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bar = progressbar.NewOptions(steps, progressbar.OptionSetWriter(b.p.err), progressbar.OptionSetDescription(what),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond))
}

func (b *barProgress) Step(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.bar.Add(n) // a bar that cannot be drawn is no reason to fail
}

func (b *barProgress) End() {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.bar.Finish()
}

type namedProgress struct{ p *program }

func (n namedProgress) Begin(what string, _ int) {
	if !n.p.global.json {
		n.p.notef("%s …\n", what)
	}
}
func (namedProgress) Step(int) {}
func (namedProgress) End()     {}
