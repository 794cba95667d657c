package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// wrong holds, for each command, command lines that are refused with exit code 2
// before anything is asked of a server, and what they are told.
var wrong = []struct {
	args string
	told string
}{
	{"appartements", `unknown command "appartements"`},
	{"apartments extra", `takes no arguments, but was given "extra"`},
	{"apartments --first 0", "--first must be at least 1, it is 0"},
	{"apartments --status FREE", `--status must be one of VACANT, RESERVED, PAID, OCCUPIED, WITHDRAWN, it is "FREE"`},
	{"apartments --city Austin", "--city needs --state"},
	{"apartments --max-price cheap", `--max-price must be an amount such as 850 or 850.50, it is "cheap"`},
	{"apartments --min-price 900 --max-price 800", "--min-price 900 is more than --max-price 800"},
	{"apartments --order size", `--order must be one of NEWEST, PRICE`},
	{"apartments --state Texas", `--state must be two letters`},
	{"apartments --min-bedrooms -1", "--min-bedrooms must not be negative"},
	{"reserve", "needs an apartment's id"},
	{"reserve a b", `not also "b"`},
	{"reserve a --wait 3s", "unknown flag: --wait"},
	{"pay", "needs a reservation's id"},
	{"pay r --wait -1s", "--wait must not be negative"},
	{"pay r --method=", "--method must name a payment method"},
	{"pay r --received gold", `--received must be one of cash, bank-transfer, it is "gold"`},
	{"pay r --reference x", "--reference is of what was --received"},
	{"refund", "needs a reservation's id"},
	{"refund r s", `not also "s"`},
	{"refund r --amount 5", "unknown flag: --amount"},
	{"serve --gateway gold", "--gateway must be one of simulated, manual, stripe"},
	{"serve --late-money keep", "--late-money must be one of REFUND, REACQUIRE_ELSE_REFUND"},
	{"serve --gateway stripe", "needs one secret key, by --stripe-secret-key-file or VACANCY_STRIPE_SECRET_KEY"},
	{"serve --gateway stripe --stripe-secret-key-file nothing.key", "--stripe-secret-key-file: the file cannot be read"},
	{"serve --backend aws --table t --state-machines arn:{machine} --gateway manual", "on AWS there are simulated and stripe"},
	{"doctor extra", "takes no arguments"},
	{"doctor --reservation r", "unknown flag: --reservation"},
	{"doctor --repair=perhaps", "invalid argument"},
	{"payments lend", `vacancy payments has no "lend"; it has owed, returned`},
	{"payments owed extra", "takes no arguments"},
	{"payments owed --first 3", "unknown flag: --first"},
	{"payments owed --tenant t", "unknown flag: --tenant"},
	{"payments returned", "needs the id of an owed payment"},
	{"payments returned a b", `not also "b"`},
	{"payments returned a --by gold", "--by must be one of cash, bank-transfer"},
	{"extend", "needs a reservation's id"},
	{"extend r s", `not also "s"`},
	{"extend r --until noon", "unknown flag: --until"},
	{"cancel", "needs a reservation's id"},
	{"cancel r s", `not also "s"`},
	{"cancel r --idempotency-key k", "unknown flag: --idempotency-key"},
	{"watch", "needs a reservation's id"},
	{"watch r s", `not also "s"`},
	{"watch r --quiet", "unknown flag: --quiet"},
	{"token --role tenant", "a token needs --user"},
	{"token --user alice", "a token needs --role"},
	{"token --user alice --role landlord", "--role must be one of tenant, manager, operator"},
	{"token --user alice --role tenant --ttl 0s", "--ttl must be from 1s"},
	{"token --user system --role tenant", "no user may have the name"},
	{"token --user alice --role tenant --ttl 366d", "--ttl must be from 1s to 365d"},
	{"token --user alice --role tenant --ttl soon", `"soon" is no time such as 8h or 30d`},
	{"token revoke", "say which tokens"},
	{"token revoke --user alice --id x", "say which tokens"},
	{"token revoke eyJ.eyJ.x", "pipe the token in"},
	{"token revoke -", "what was piped in is no token"},
	{"import", "needs a CSV file"},
	{"import a.csv b.csv", `not also "b.csv"`},
	{"import a.csv --url http://x", "unknown flag: --url"},
	{"import nothing.csv", "the file cannot be read"},
	{"import resume", "needs an import's id"},
	{"import resume imp_1 imp_2", "takes an import's id alone"},
	{"import resume imp_1 --atomic", "unknown flag: --atomic"},
	{"workflow lists", `vacancy workflow has no "lists"`},
	{"workflow list extra", "takes no arguments"},
	{"workflow list --status DONE", "--status must be one of RUNNING"},
	{"workflow list --first 101", "--first must be from 1 to 100"},
	{"workflow start", "needs a state machine's name"},
	{"workflow start trip --input nothing.json", "the file cannot be read"},
	{"workflow start trip --input -", "--input: - is not JSON"},
	{"workflow show", "needs an execution"},
	{"workflow show a b", `not also "b"`},
	{"workflow show a --first 3", "unknown flag: --first"},
	{"workflow history", "needs an execution"},
	{"workflow history a b", `not also "b"`},
	{"workflow history a --first 3", "unknown flag: --first"},
	{"workflow render", "needs a state machine's name"},
	{"workflow render reservaton", `there is neither a state machine nor a file called "reservaton"; the state machines are `},
	{"workflow render ./nothing.asl.json", "the file cannot be read"},
	{"workflow validate", "needs a state machine's name"},
	{"workflow validate ./nothing.asl.json", "the file cannot be read"},
	{"workflow validate reservaton", "the state machines are "},
	{"workflow validate reservation --type quick", "--type must be one of STANDARD, EXPRESS"},
	{"workflow run", "needs a"},
	{"workflow run ./nothing.asl.json", "the file cannot be read"},
	{"workflow run reservation --time-scale 0", "--time-scale must be more than 0"},
	{"workflow serve extra", "takes no arguments"},
	{"workflow serve --listen 0.0.0.0:8083", "--listen 0.0.0.0:8083"},
	{"workflow serve --account 42", `--account must have 12 digits, it is "42"`},
	{"workflow serve --region a:b", "--region must be a region"},
	{"workflow serve --lambda-endpoint localhost:3001", "a Lambda endpoint is a URL"},
	{"workflow serve --mock nothing.json", "the file cannot be read"},
	{"workflow validate reservation --format xml", "--format must be one of"},
	{"workflow test", "needs a mock file"},
	{"workflow test nothing.json", "the file cannot be read"},
	{"workflow test reservation --min-coverage 101", "--min-coverage must be from 0 to 100"},
	{"workflow test-state", "needs either the file"},
	{"workflow test-state reservation --inspection-level ALL", "--inspection-level must be one of"},
	{"workflow test-state reservation --mock x", "the file cannot be read"},
	{"aws outputs", "say which stack by --stack"},
	{"aws outputs extra", "takes no arguments"},
	{"aws outputs --amplfy", "unknown flag: --amplfy"},
	{"aws login", "say who signs in by --user"},
	{"aws login --user ann", "an e-mail address; it is \"ann\""},
	{"aws login --user ann@example.com --group admin", "--group must be one of"},
	{"step invoke", "needs a step's name"},
	{"step invoke Nothing", "the step must be one of Import"},
	{"step invoke ReservationReadReservation -e nothing.json", "the file cannot be read"},
	{"step invoke ReservationReadReservation --pay gold", "--pay must be one of"},
	{"trip book extra", "takes no arguments"},
	{"trip book --run-type failEverything", "--run-type must be one of success"},
	{"trip book --wait -1s", "--wait must not be negative"},
	{"trip book --input nothing.json", "the file cannot be read"},
	{"trip show", "needs a trip's id"},
	{"trip show a b", "takes a trip's id"},
	{"trip show t1 --first 3", "unknown flag: --first"},
	{"trip resume", "needs a trip's id"},
	{"trip resume a b", "takes a trip's id"},
	{"trip resume t1 --again", "unknown flag: --again"},
	{"order place extra", "takes no arguments"},
	{"order place --total much", "positive number of whole currency units"},
	{"order place --total 1 --wait -1s", "--wait must not be negative"},
	{"order show", "needs an order's id"},
	{"order show a b", "takes an order's id"},
	{"order show 1 --first 3", "unknown flag: --first"},
	{"order resume 1 --again", "unknown flag: --again"},
	{"shipment sent 1 --by air", "unknown flag: --by"},
	{"shipment cancelled 1 --by air", "unknown flag: --by"},
	{"order resume", "needs an order's id"},
	{"order resume a b", "takes an order's id"},
	{"shipment sent", "needs an order's id"},
	{"shipment sent a b", "takes an order's id"},
	{"shipment cancelled", "needs an order's id"},
	{"shipment cancelled a b", "takes an order's id"},
	{"workflow run order --shipment lost", "--shipment must be one of"},
	{"workflow run order --compensation-failure-rate 2", "must be from 0 to 1"},
	{"workflow run order --shipment-after -1s", "must not be negative"},
	{"attention extra", "takes no arguments"},
	{"attention --first 3", "unknown flag: --first"},
	{"attention --tenant t", "unknown flag: --tenant"},
	{"notifications extra", "takes no arguments"},
	{"notifications --tenant t", "unknown flag: --tenant"},
	{"notifications --first 3", "unknown flag: --first"},
	{"ledger", "needs a reservation's id"},
	{"ledger r s", `not also "s"`},
	{"ledger r --quiet", "unknown flag: --quiet"},
	{"bench extra", "takes no arguments"},
	{"bench --scenario everything", "--scenario must be one of service"},
	{"bench --duration 1ms", "--duration must be at least 100ms"},
	{"bench --callers 0", "--callers must be from 1"},
	{"bench --holds 0", "--holds must be at least 1"},
	{"bench --waiting 0", "--waiting must be at least 1"},
	{"bench --past 0", "--past must be at least 1"},
	{"bench --river nothing.json", "the file cannot be read"},
	{"reserve a --timeout 0s", "--timeout must be longer than nothing"},
	{"reserve a --server ftp://x --token t", "no http or https URL"},
	{"reserve a --server http://vacancy.example --token t", "use https"},
}

func TestWrongCommandLines(t *testing.T) {
	for _, test := range wrong {
		t.Run(test.args, func(t *testing.T) {
			h := newHarness(t)
			r := h.run(strings.Fields(test.args)...)
			if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, test.told) || !strings.Contains(r.err, "--help") {
				t.Errorf("exit code %d\nstdout: %s\nstderr: %s", r.code, r.out, r.err)
			}
			if len(h.asked) > 0 {
				t.Errorf("the server was asked %v", h.asked)
			}
		})
	}
}

// Every command has an example, a description and, in wrong, its share of mistakes.
func TestEveryCommandExplainsItself(t *testing.T) {
	root := newRoot(newProgram(nil, nil, nil))
	var visit func(*cobra.Command)
	visit = func(command *cobra.Command) {
		if name := command.Name(); name == "help" || name == "completion" {
			return
		}
		if command.Long == "" || command.Short == "" || command.Example == "" {
			t.Errorf("%s lacks a description or an example", command.CommandPath())
		}
		for _, sub := range command.Commands() {
			visit(sub)
		}
		path := strings.TrimPrefix(command.CommandPath(), "vacancy ")
		mistakes := 0
		for _, w := range wrong {
			if strings.HasPrefix(w.args+" ", path+" ") {
				mistakes++
			}
		}
		if command.Runnable() && !command.HasSubCommands() && mistakes < 3 && !slices.Contains(testedElsewhere, path) {
			t.Errorf("%s has %d mistakes tested", command.CommandPath(), mistakes)
		}
	}
	visit(root)
}

// testedElsewhere names commands whose wrong usage other tests cover.
var testedElsewhere = []string{"serve"}

func TestCompletion(t *testing.T) {
	h := newHarness(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := h.must(exitDone, h.run("completion", shell)); !strings.Contains(r.out, "vacancy") {
			t.Errorf("%s: %.200s", shell, r.out)
		}
	}
	for line, want := range map[string]string{
		"__complete apartments --status V": "VACANT",
		"__complete apartments --order p":  "price",
		"__complete pay r --method pm_s":   "pm_slow",
		"__complete token --role m":        "manager",
		"__complete res":                   "reserve",
		"__complete workflow run res":      "reservation",
		"__complete step invoke Res":       "ReservationReleaseHold",
	} {
		if r := h.must(exitDone, h.runOn(&screen{}, strings.Fields(line)...)); !strings.Contains(r.out, want) {
			t.Errorf("%s: %s", line, r.out)
		}
	}
}

func TestNothingListens(t *testing.T) {
	h := newHarness(t)
	h.server.Close()
	if r := h.must(exitFailed, h.run("reserve", "apt_1")); !strings.Contains(r.err, "nothing listens at http://127.0.0.1:") || !strings.Contains(r.err, "vacancy serve") {
		t.Errorf("%q", r.err)
	}
}
