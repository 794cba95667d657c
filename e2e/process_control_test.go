package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// readyWithin is how long a server may take until it listens, on a busy machine and
// after a crash.
const readyWithin = 30 * time.Second

// process is a running 'vacancy serve', or another command that says where it listens.
type process struct {
	URL     string
	Dir     string // its data directory, if it has one
	command *exec.Cmd
	log     *safeBuffer // standard error
	exited  chan struct{}
	err     error // of Wait; read after exited
}

// serve starts a server on the data directory, or on AWS on what belongs to it, and waits
// until it listens. A few tenants do everything in most tests, so they are not limited unless
// the flags say so.
func serve(dir string, flags ...string) (*process, error) {
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir, "--max-holds", "0", "--hold-budget", "0", "--reserve-rate", "0", "--pay-rate", "0"}, flags...)
	if awsBackend != nil {
		onAWS, err := awsBackend.flags(dir, flags)
		if err != nil {
			return nil, err
		}
		args = append(args, onAWS...)
	}
	return start(dir, args...)
}

// start starts a command and waits until it listens.
func start(dir string, args ...string) (*process, error) {
	p := &process{Dir: dir, command: exec.Command(binary, args...), log: new(safeBuffer), exited: make(chan struct{})}
	p.command.Env = cleanEnvironment()
	p.command.Stderr = p.log
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				address <- strings.TrimSpace(url)
			}
		}
		_, _ = io.Copy(io.Discard, stdout)
		p.err = p.command.Wait()
		close(p.exited)
	}()
	select {
	case p.URL = <-address:
		return p, nil
	case <-p.exited:
		return nil, fmt.Errorf("vacancy %s ended before it listened: %v\n%s", strings.Join(args, " "), p.err, p.log)
	case <-time.After(readyWithin):
		p.kill()
		return nil, fmt.Errorf("vacancy %s did not listen within %s\n%s", strings.Join(args, " "), readyWithin, p.log)
	}
}

// kill ends the process as a power failure would, and waits until it is gone.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.exited
}

// stop asks the process to end and answers its exit code.
func (p *process) stop(within time.Duration) (int, error) {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return -1, err
	}
	select {
	case <-p.exited:
		return p.command.ProcessState.ExitCode(), nil
	case <-time.After(within):
		p.kill()
		return -1, fmt.Errorf("the server did not end within %s of SIGTERM\n%s", within, p.log)
	}
}

// result is how a command that ends by itself has ended.
type result struct {
	code           int
	stdout, stderr string
}

// vacancy runs a command of the program to its end.
func vacancy(ctx context.Context, args ...string) (result, error) {
	return vacancyWith(ctx, nil, args...)
}

// vacancyWith gives it something to read on its standard input.
func vacancyWith(ctx context.Context, stdin io.Reader, args ...string) (result, error) {
	command := exec.CommandContext(ctx, binary, args...)
	command.Stdin = stdin
	command.Env = cleanEnvironment()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return result{}, fmt.Errorf("vacancy %s: %w", strings.Join(args, " "), err)
	}
	return result{code: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}, nil
}

// signToken answers a development token of the data directory's server.
func signToken(dir, user, role string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	r, err := vacancy(ctx, "token", "--data", dir, "--user", user, "--role", role)
	if err != nil {
		return "", err
	}
	if r.code != 0 {
		return "", fmt.Errorf("vacancy token: exit code %d: %s", r.code, r.stderr)
	}
	return strings.TrimSuffix(r.stdout, "\n"), nil
}

// cleanEnvironment is ours without what would configure the program.
func cleanEnvironment() []string {
	var env []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "VACANCY_") {
			env = append(env, variable)
		}
	}
	return env
}

// safeBuffer is a buffer that is written by one goroutine while others read it.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
