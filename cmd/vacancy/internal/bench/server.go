package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// readyWithin is how long a server may take until it is ready.
const readyWithin = 2 * time.Minute

// server is a 'vacancy serve' in a process of its own.
type server struct {
	url     string
	command *exec.Cmd
	log     *tail
	ready   time.Duration // from its start until it answered /readyz
	exited  chan struct{}
	err     error // of the process; good after exited
}

// startServer starts a server on a data directory and waits until it is ready.
func startServer(ctx context.Context, o Options, dataDir string) (*server, error) {
	args := append(append([]string(nil), o.Executable[1:]...), "serve", "--listen", "127.0.0.1:0", "--data", dataDir, "--payment-window", paymentWindow.String(),
		"--max-holds", "0", "--hold-budget", "0", "--reserve-rate", "0", "--pay-rate", "0")
	s := &server{command: exec.CommandContext(context.WithoutCancel(ctx), o.Executable[0], args...), log: &tail{}, exited: make(chan struct{})} // #nosec G204 -- the bench starts the program that it is part of
	s.command.Env = append(unconfigured(os.Environ()), o.Environment...)
	s.command.Stderr = s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	address := make(chan string, 1)
	go s.follow(out, address)
	select {
	case s.url = <-address:
	case <-s.exited:
		return nil, fmt.Errorf("the server ended before it was ready: %w\n%s", s.err, s.log)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), s.kill())
	case <-time.After(readyWithin):
		return nil, errors.Join(fmt.Errorf("the server was not ready within %s\n%s", readyWithin, s.log), s.kill())
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	s.ready = time.Since(began)
	return s, nil
}

// unconfigured is an environment without what would configure the server.
func unconfigured(environment []string) []string {
	return slices.DeleteFunc(environment, func(variable string) bool { return strings.HasPrefix(variable, "VACANCY_") })
}

// follow reads what the server prints, until it ends.
func (s *server) follow(out io.Reader, address chan<- string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, found := strings.CutPrefix(lines.Text(), "listening on "); found {
			address <- strings.TrimSpace(url)
		}
	}
	s.err = s.command.Wait()
	close(s.exited)
}

func (s *server) awaitReady(ctx context.Context) error {
	for end := time.Now().Add(readyWithin); time.Now().Before(end); {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("the server listens and was not ready within %s\n%s", readyWithin, s.log)
}

// kill ends the process as a power failure would, and waits until it is gone.
func (s *server) kill() error {
	if err := s.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.exited
	return nil
}

// stop asks the process to end, and waits until it has.
func (s *server) stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.exited:
		if s.err != nil {
			return fmt.Errorf("the server ended badly: %w\n%s", s.err, s.log)
		}
		return nil
	case <-time.After(readyWithin):
		return errors.Join(fmt.Errorf("the server did not end within %s of SIGTERM", readyWithin), s.kill())
	}
}

// address is the host and port that the server listens on.
func (s *server) address() string { return strings.TrimPrefix(s.url, "http://") }
