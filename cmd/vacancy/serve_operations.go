package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vacancy/vacancy/graph"
	"github.com/vacancy/vacancy/internal/client"
)

// operationsAt reads the only operations that the server answers, beside those of its own
// commands: a .graphql file, a directory of them, or a manifest in JSON of documents by
// name, as the tools of Apollo and Relay write it. nil for "": any.
func operationsAt(path string) (*graph.Operations, error) {
	if path == "" {
		return nil, nil
	}
	documents, err := readOperations(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--operations: %w", err)}
	}
	for name, text := range client.Documents() {
		documents["vacancy: "+name] = text
	}
	operations, err := graph.NewOperations(documents)
	if err != nil {
		return nil, usageError{fmt.Errorf("--operations: %w", err)}
	}
	return operations, nil
}

func readOperations(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.graphql")); err != nil || len(files) == 0 {
			return nil, fmt.Errorf("there is no .graphql file in %s", path)
		}
	}
	documents := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(filepath.Ext(file), ".json") {
			documents[file] = string(text)
			continue
		}
		manifest := map[string]string{}
		if err := json.Unmarshal(text, &manifest); err != nil {
			return nil, fmt.Errorf(`%s is no manifest of operations such as {"name": "query …"}: %w`, file, err)
		}
		for name, document := range manifest {
			documents[file+": "+name] = document
		}
	}
	return documents, nil
}
