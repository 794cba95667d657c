package simulated_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vacancy/vacancy/internal/booking"
	"github.com/vacancy/vacancy/internal/payment/simulated"
	"github.com/vacancy/vacancy/internal/saga/order"
)

func token(t *testing.T, c simulated.Cards, number order.CardNumber) order.Card {
	t.Helper()
	card, err := c.Exchange(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(card.Token, string(number)) && !strings.HasPrefix(string(number), "pm_") {
		t.Errorf("the token has the number in it: %s", card.Token)
	}
	return card
}

func TestACardIsExchangedForAMethodOfTheGateway(t *testing.T) {
	gateway, vault := simulated.New(simulated.NewMemory(), simulated.Options{}), simulated.NewCards([]byte("key"))
	for number, method := range map[order.CardNumber]string{
		"123-1234": "pm_ok", "4000 0000 0000 0002": "pm_declined", "4000-0000-0000-9995": "pm_insufficient_funds",
		"4000000000000341": "pm_capture_fails", "pm_capture_unknown": "pm_capture_unknown", "any text": "pm_ok",
	} {
		card := token(t, vault, number)
		if !strings.HasPrefix(card.Token, method+".") || !gateway.Accepts(card.Token) {
			t.Errorf("a token of %s is %s", method, card.Token)
		}
	}
	for _, method := range []string{"4929111122223333", "pm_ok.", "pm_ok.SHORT", "pm_gold." + strings.Repeat("0", 24), "pm_ok." + strings.Repeat("é", 12)} {
		if gateway.Accepts(method) {
			t.Errorf("%q is taken for a token", method)
		}
	}
	for _, number := range []order.CardNumber{"", order.CardNumber(strings.Repeat("4", 65))} {
		if _, err := vault.Exchange(t.Context(), number); booking.CodeOf(err) != booking.InvalidInput || strings.Contains(err.Error(), "444") {
			t.Errorf("a number of %d bytes: %v", len(number), err)
		}
	}
}

func TestTheSameCardHasTheSameTokenOfOneVault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cards.key")
	open := func() simulated.Cards {
		c, err := simulated.OpenCards(path, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, again := open(), open()
	if a, b := token(t, first, "123-1234"), token(t, again, "123-1234"); a != b {
		t.Errorf("%+v, and after a restart %+v", a, b)
	}
	if a, b := token(t, first, "123-1234"), token(t, first, "999-1234"); a.Token == b.Token {
		t.Error("two cards have one token")
	}
	if a, b := token(t, first, "123-1234"), token(t, simulated.NewCards([]byte("another key")), "123-1234"); a.Token == b.Token {
		t.Error("the token does not depend on the key: anybody can find the card by trying")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := simulated.OpenCards(path, rand.Reader); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a spoilt key: %v", err)
	}
}
