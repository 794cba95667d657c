// Command issuer is an OpenID Connect provider for tests and CI.
//
//	issuer keys   --dir DIR [--algorithm RS256|ES256]        adds a key, which signs from now on
//	issuer token  --dir DIR --url URL --subject NAME …       prints a token
//	issuer export --dir DIR --url URL --out DIR              writes the discovery document and the keys, to be served by anything
//	issuer serve  --dir DIR --url URL --listen HOST:PORT     serves them, and makes a key if there is none
//
// The URL is the issuer, as the verifier is told it and as it reaches it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vacancy/vacancy/e2e/issuer"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "issuer: %v\n", err)
		os.Exit(1)
	}
}

// options are the flags of all commands.
type options struct {
	dir, url, algorithm, out, listen string
	groups                           string
	claims                           issuer.Claims
}

func run(args []string) error {
	commands := map[string]func(options) error{"keys": addKey, "token": printToken, "export": export, "serve": serve}
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New("say keys, token, export or serve; 'issuer token --help' has the flags")
	}
	var o options
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&o.dir, "dir", "issuer-keys", "directory of the keys")
	flags.StringVar(&o.url, "url", "", "the issuer: the URL at which it is reached")
	flags.StringVar(&o.algorithm, "algorithm", "RS256", "of a new key: RS256 or ES256")
	flags.StringVar(&o.out, "out", ".", "directory to write the documents to")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "address to serve at")
	flags.StringVar(&o.claims.Subject, "subject", "", "who the token speaks for")
	flags.StringVar(&o.groups, "groups", "", "groups of the token, with commas between: manager, operator")
	flags.StringVar(&o.claims.Audience, "audience", "", "aud of the token; none if empty")
	flags.StringVar(&o.claims.ClientID, "client-id", "", "client_id of the token; none if empty")
	flags.DurationVar(&o.claims.Lifetime, "ttl", time.Hour, "how long the token is good; negative: it has expired")
	flags.BoolVar(&o.claims.IDToken, "id-token", false, "mint an ID token, which no API should accept")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if o.groups != "" {
		o.claims.Groups = strings.Split(o.groups, ",")
	}
	return commands[args[0]](o)
}

func addKey(o options) error {
	key, err := issuer.MakeKey(o.algorithm)
	if err != nil {
		return err
	}
	return key.Save(o.dir, time.Now().UTC().Format("20060102T150405.000000000"))
}

func open(o options) (*issuer.Issuer, error) {
	if o.url == "" {
		return nil, errors.New("--url is missing: the issuer")
	}
	keys, err := issuer.LoadKeys(o.dir)
	if err != nil {
		return nil, err
	}
	return issuer.New(o.url, time.Now, keys...), nil
}

func printToken(o options) error {
	if o.claims.Subject == "" {
		return errors.New("--subject is missing: who the token speaks for")
	}
	of, err := open(o)
	if err != nil {
		return err
	}
	token, err := of.Token(o.claims)
	if err == nil {
		fmt.Println(token)
	}
	return err
}

func export(o options) error {
	of, err := open(o)
	if err != nil {
		return err
	}
	for path, text := range map[string][]byte{issuer.DiscoveryPath: of.Discovery(), issuer.KeysPath: of.Keys()} {
		file := filepath.Join(o.out, filepath.FromSlash(path))
		// #nosec G301 -- public keys, to be published
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		// #nosec G306 -- public keys, to be published
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// serve reads the keys anew for each request, so that 'issuer keys' rotates them.
func serve(o options) error {
	if _, err := issuer.LoadKeys(o.dir); errors.Is(err, fs.ErrNotExist) {
		if err := addKey(o); err != nil {
			return err
		}
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", o.listen)
	if err != nil {
		return err
	}
	if o.url == "" {
		o.url = "http://" + listener.Addr().String()
	}
	fmt.Printf("issuer %s\n", o.url)
	server := http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		of, err := open(o)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		of.ServeHTTP(w, r)
	})}
	return server.Serve(listener)
}
