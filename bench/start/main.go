// Command start measures Lambda functions under AWS's runtime interface emulator: how long
// it takes from the first invocation, with which the emulator starts the function, to its
// answer, and how much memory the process has then.
//
//	start --rie EMULATOR [--runs 20] [--check] FILE …
//
// Each FILE is JSON that describes a function: its name, binary, environment, event and a
// text that its answer must have. The first is what the others are compared with. Functions
// take turns, so that whatever else runs here bears on all of them.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// Targets: a start may take both times as long as that of a function that does nothing, and
// no longer than it by more than this.
const (
	timesAsLong = 2.5
	longerBy    = 60 * time.Millisecond
)

// within is how long one answer is waited for.
const within = 20 * time.Second

// function is one to be measured.
type function struct {
	Name   string            `json:"name"`
	Binary string            `json:"binary"`
	Env    map[string]string `json:"env"`
	Event  json.RawMessage   `json:"event"`
	Answer string            `json:"answer"` // what must be in it
}

// start is one start of a function.
type start struct {
	took   time.Duration
	memory int64 // bytes, resident
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintf(os.Stderr, "start: %v\n", err)
		os.Exit(1)
	}
}

func run() error {
	rie := flag.String("rie", "", "the runtime interface emulator")
	runs := flag.Int("runs", 20, "starts of each function")
	check := flag.Bool("check", false, "exit with 1 when a target is missed")
	flag.Parse()
	if *rie == "" || *runs < 1 || flag.NArg() < 2 {
		return errors.New("say --rie EMULATOR and at least two descriptions of functions")
	}
	var functions []function
	for _, path := range flag.Args() {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var f function
		if err := json.Unmarshal(text, &f); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		functions = append(functions, f)
	}
	starts := make([][]start, len(functions))
	for range *runs {
		for i, f := range functions {
			s, err := measure(*rie, f)
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			starts[i] = append(starts[i], s)
		}
	}
	return report(os.Stdout, functions, starts, *check)
}

// measure starts a function once.
func measure(rie string, f function) (start, error) {
	address, err := freeAddress()
	if err != nil {
		return start{}, err
	}
	api, err := freeAddress()
	if err != nil {
		return start{}, err
	}
	var output bytes.Buffer
	command := exec.Command(rie, "--log-level", "error", "--runtime-interface-emulator-address", address, "--runtime-api-address", api, f.Binary) // #nosec G204 -- it measures what it is told to
	command.Env = []string{"HOME=" + os.TempDir(), "PATH=" + os.Getenv("PATH"), "AWS_LAMBDA_FUNCTION_TIMEOUT=20", "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}
	for name, value := range f.Env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stdout, command.Stderr = &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the function ends with its emulator
	if err := command.Start(); err != nil {
		return start{}, err
	}
	defer func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		_ = command.Wait()
	}()
	if err := listening(address); err != nil {
		return start{}, err
	}
	began := time.Now()
	answer, err := invoke(address, f.Event)
	took := time.Since(began)
	if err != nil {
		return start{}, err
	}
	if !strings.Contains(answer, f.Answer) {
		return start{}, fmt.Errorf("answered %.300s, which has no %q in it", answer, f.Answer)
	}
	memory, err := resident(f.Binary)
	return start{took, memory}, err
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// listening returns once something listens at the address.
func listening(address string) error {
	until := time.Now().Add(within)
	for {
		c, err := net.Dial("tcp", address)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(until) {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func invoke(address string, event []byte) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/2015-03-31/functions/function/invocations", bytes.NewReader(event))
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	return string(answer), err
}

// resident is the memory of the process that runs the binary (proc(5), statm: pages).
func resident(binary string) (int64, error) {
	binary, err := filepath.EvalSymlinks(binary)
	if err != nil {
		return 0, err
	}
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return 0, err
	}
	for _, link := range links {
		if is, err := os.Readlink(link); err != nil || is != binary {
			continue
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(link), "statm"))
		if err != nil {
			return 0, err
		}
		fields := strings.Fields(string(text))
		if len(fields) < 2 {
			return 0, fmt.Errorf("cannot read %q", text)
		}
		pages, err := strconv.ParseInt(fields[1], 10, 64)
		return pages * int64(os.Getpagesize()), err
	}
	return 0, fmt.Errorf("no process runs %s", binary)
}

func report(w io.Writer, functions []function, starts [][]start, check bool) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "function\tbinary, MB\tfirst answer, ms (median)\tleast\tmost\ttimes\tlonger by, ms\tresident, MB (median)\t")
	base := median(starts[0], func(s start) float64 { return float64(s.took) })
	var missed []string
	for i, f := range functions {
		info, err := os.Stat(f.Binary)
		if err != nil {
			return err
		}
		took := func(s start) float64 { return float64(s.took) }
		is := median(starts[i], took)
		fmt.Fprintf(table, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%.1f\t%.1f\t\n", f.Name, float64(info.Size())/1e6, ms(is),
			ms(quantile(starts[i], took, 0)), ms(quantile(starts[i], took, 1)), is/base, ms(is-base),
			median(starts[i], func(s start) float64 { return float64(s.memory) })/1e6)
		if is > timesAsLong*base || is-base > float64(longerBy) {
			missed = append(missed, f.Name)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d starts of each, in turns; target: at most %.1f times the first, and %s longer\n", len(starts[0]), timesAsLong, longerBy)
	if check && len(missed) > 0 {
		return fmt.Errorf("missed by %s", strings.Join(missed, ", "))
	}
	return nil
}

func ms(nanoseconds float64) float64 { return nanoseconds / float64(time.Millisecond) }

func median(all []start, of func(start) float64) float64 { return quantile(all, of, 0.5) }

// quantile is the value below which the share q of all lies, between two values if need be.
func quantile(all []start, of func(start) float64, q float64) float64 {
	values := make([]float64, len(all))
	for i, s := range all {
		values[i] = of(s)
	}
	slices.Sort(values)
	at := q * float64(len(values)-1)
	low := int(at)
	high := min(low+1, len(values)-1)
	return values[low] + (at-float64(low))*(values[high]-values[low])
}
