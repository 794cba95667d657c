// Package sfnapitest runs the Step Functions API of this program inside a test: server,
// network and Lambda endpoint in one process, with no socket, so that it also runs in a
// bubble of testing/synctest, on its clock.
package sfnapitest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/workflow"
	"github.com/vacancy/vacancy/internal/workflow/integration/lambdaendpoint"
	"github.com/vacancy/vacancy/internal/workflow/sfnapi"
)

// Role is a role that state machines may have.
const Role = "arn:aws:iam::123456789012:role/test"

// Config is what a test decides; the zero value is a server in memory with no functions.
type Config struct {
	Dir       string                      // of its data; "": in memory
	Functions map[string]workflow.Handler // Lambda functions, behind an endpoint that speaks the Invoke API
	Change    func(*sfnapi.Config)        // what else is to be another way
}

// Server is a server that runs.
type Server struct {
	*sfnapi.Server
	Client *sfn.Client
	HTTP   *http.Client // for requests that no SDK makes; the host is localhost

	stop func()
}

// Stop ends the server as a shutdown does. Stopping again does nothing.
func (s *Server) Stop() { s.stop() }

// Open starts a server, which the end of the test stops.
func Open(t *testing.T, c Config) *Server {
	t.Helper()
	store, err := openStore(t.Context(), c.Dir)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	lambda := listen(t, lambdaAPI(c.Functions))
	endpoint, err := lambdaendpoint.New("http://localhost:3001", lambda.client)
	if err != nil {
		t.Fatal(err)
	}
	config := sfnapi.Config{
		Journal: store.Journal(), Catalog: store.Catalog(), Functions: endpoint,
		Services: map[string]workflow.Handler{"arn:aws:states:::lambda:invoke": endpoint.Invoke},
		NewID:    newIDs(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if c.Change != nil {
		c.Change(&config)
	}
	server, err := sfnapi.New(t.Context(), config)
	if err != nil {
		t.Fatalf("New = %v", errors.Join(err, store.Close()))
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- server.Run(ctx) }()
	network := listen(t, server)
	s := &Server{Server: server, Client: NewClient(network.client), HTTP: network.client}
	var once sync.Once
	s.stop = func() {
		once.Do(func() {
			network.close()
			cancel()
			if err := errors.Join(<-ran, store.Close()); err != nil {
				t.Errorf("stopping the server: %v", err)
			}
			lambda.close()
		})
	}
	t.Cleanup(s.stop)
	return s
}

func openStore(ctx context.Context, dir string) (*sqlite.Store, error) {
	if dir == "" {
		return sqlite.OpenMemory(ctx, sqlite.Options{})
	}
	return sqlite.Open(ctx, dir, sqlite.Options{})
}

// NewClient answers an SDK client of the API at localhost.
func NewClient(client *http.Client) *sfn.Client {
	return sfn.New(sfn.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://localhost:8083"), HTTPClient: client,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), Retryer: aws.NopRetryer{},
		APIOptions: []func(*middleware.Stack) error{withoutHostPrefix},
	})
}

// withoutHostPrefix has the SDK call sync operations at the host itself, not at sync-HOST.
func withoutHostPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("WithoutHostPrefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.After)
}

var ids atomic.Int64

// newIDs answers ids that no other server of this process makes either.
func newIDs() func() string {
	server := ids.Add(1)
	var n atomic.Int64
	return func() string { return fmt.Sprintf("id-%d-%d", server, n.Add(1)) }
}

// lambdaAPI speaks the Invoke API for handlers, as the Lambda runtime for Go would.
func lambdaAPI(functions map[string]workflow.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/{name}/invocations", func(w http.ResponseWriter, r *http.Request) {
		h, ok := functions[r.PathValue("name")]
		if !ok {
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"Type":"User","Message":"Function not found: `+r.PathValue("name")+`"}`)
			return
		}
		payload, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		out, err := h(r.Context(), payload)
		if err != nil {
			e := workflow.AsError(err)
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			out, _ = json.Marshal(map[string]string{"errorMessage": e.Cause, "errorType": e.Name})
		}
		_, _ = w.Write(out)
	})
	return mux
}

// network is a server and a client that reaches it by pipes.
type network struct {
	client *http.Client
	server *http.Server
	served chan struct{}
}

func listen(t *testing.T, handler http.Handler) *network {
	l := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
	n := &network{
		server: &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(slog.NewTextHandler(t.Output(), nil), slog.LevelError)}, // #nosec G112 -- a test calls it, on loopback
		client: &http.Client{Transport: plainBodies{&http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 64}}},
		served: make(chan struct{}),
	}
	go func() {
		defer close(n.served)
		_ = n.server.Serve(l) // always ErrServerClosed
	}()
	t.Cleanup(n.close)
	return n
}

// plainBodies sends bodies that can only be read. The SDK closes a request's body once there is an answer, and
// the WriteTo of a body that it has closed answers io.EOF. net/http, which may be about to look whether more
// of the body follows, takes that for a failure and closes the connection before the answer is read. An answer
// by a pipe comes that early now and then.
type plainBodies struct{ *http.Transport }

func (t plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Transport.RoundTrip(r)
}

func (n *network) close() {
	n.client.CloseIdleConnections()
	_ = n.server.Close() // of pipes, which cannot fail
	<-n.served
}

// pipes is a listener in memory.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial(ctx context.Context, _, address string) (net.Conn, error) {
	if !strings.HasPrefix(address, "localhost:") {
		return nil, fmt.Errorf("%s is not in this test", address)
	}
	client, server := net.Pipe()
	select {
	case p.accept <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return pipeAddress{} }

type pipeAddress struct{}

func (pipeAddress) Network() string { return "pipe" }
func (pipeAddress) String() string  { return "pipe" }
