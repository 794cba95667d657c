package local

import "errors"

func tokenExecution(string) (string, error) { return "", errors.New("no token") }
