package main

import (
	"strings"
	"testing"
)

func TestABackendIsToldWhatItNeeds(t *testing.T) {
	for _, c := range []struct {
		flags backendFlags
		says  string // ""; it is accepted
	}{
		{backendFlags{name: backendEmbedded}, ""},
		{backendFlags{name: backendAWS, table: "t", stateMachines: "arn:{machine}"}, ""},
		{backendFlags{name: backendAWS, table: "t"}, "--state-machines"},
		{backendFlags{name: backendAWS, stateMachines: "arn:{machine}"}, "--table"},
		{backendFlags{name: backendEmbedded, table: "t"}, "--backend aws"},
		{backendFlags{name: "cloud"}, "--backend"},
	} {
		err := c.flags.check()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: %v", c.flags, err)
		}
	}
}
