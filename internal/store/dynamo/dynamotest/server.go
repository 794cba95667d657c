package dynamotest

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/vacancy/vacancy/internal/store/dynamo"
)

// Server is a DynamoDB Local that runs as a process of ours, in memory.
type Server struct {
	// Endpoint is its URL, for AWS_ENDPOINT_URL_DYNAMODB too.
	Endpoint string

	alive io.Closer
	ended chan error
}

const (
	startsWithin = 60 * time.Second
	// attempts at a port: between choosing it and Java's listening on it somebody may take it.
	attempts = 3
)

// Start starts a server on a port of its own. It ends with Stop, or with this process,
// however that ends. The error is ErrUnavailable where Java or the jars are missing.
func Start(ctx context.Context) (*Server, error) {
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no java (install Java 17)", ErrUnavailable)
	}
	folder, err := jars(ctx)
	if err != nil {
		return nil, err
	}
	for range attempts {
		var s *Server
		if s, err = start(ctx, java, folder); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// watched runs Java, and kills it once standard input ends: that it does with the process
// that holds the other end.
const watched = `exec 3<&0; "$@" </dev/null 3<&- & java=$!; (cat <&3 >/dev/null; kill $java) & wait $java`

func start(ctx context.Context, java, folder string) (*Server, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	output, err := os.CreateTemp("", "dynamodb-local-*.log")
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = output.Close(), os.Remove(output.Name()) }()
	// Tests have small tables and are over soon: start fast, stay small.
	command := exec.Command("sh", "-c", watched, "dynamodb-local", java, "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", // #nosec G204 -- a test starts DynamoDB Local
		"-cp", filepath.Join(folder, "*"), "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
		"-port", strconv.Itoa(port), "-inMemory", "-sharedDb", "-disableTelemetry")
	command.Stdout, command.Stderr = output, output
	alive, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	s := &Server{Endpoint: "http://127.0.0.1:" + strconv.Itoa(port), alive: alive, ended: make(chan error, 1)}
	go func() { s.ended <- command.Wait() }()
	if err := s.ready(ctx); err != nil {
		s.Stop()
		said, _ := os.ReadFile(output.Name())
		return nil, fmt.Errorf("DynamoDB Local does not start: %w\n%s", err, said)
	}
	return s, nil
}

// ready returns once the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startsWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	client := s.Client()
	for {
		_, err := client.ListTables(ctx, &dynamodb.ListTablesInput{Limit: aws.Int32(1)}, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
		if err == nil {
			return nil
		}
		select {
		case ended := <-s.ended:
			s.ended <- ended
			return fmt.Errorf("it ended: %w", ended)
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// Client answers a client of the server.
func (s *Server) Client(options ...func(*dynamodb.Options)) *dynamodb.Client {
	config := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(s.Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
	return dynamo.NewClient(config, options...)
}

// Stop ends the server and returns when it has ended.
func (s *Server) Stop() {
	_ = s.alive.Close()
	s.ended <- <-s.ended
}

func freePort(ctx context.Context) (int, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
