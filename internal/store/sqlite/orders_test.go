package sqlite_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/store/sqlite"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func orders(t *testing.T) order.Store { return openMemory(t, sqlite.Options{}).Orders() }

func TestEveryStepAndCompensationOfAnOrderFailing(t *testing.T) {
	storetest.RunOrderEnumeration(t, orders)
}

func TestOrdersAtOnce(t *testing.T) {
	storetest.RunOrdersAtOnce(t, func(t *testing.T) order.Store { return open(t, t.TempDir(), sqlite.Options{}).Orders() }, 200)
}

func TestOrders(t *testing.T) {
	storetest.RunOrders(t, func(t *testing.T) order.Store { return open(t, t.TempDir(), sqlite.Options{}).Orders() })
}
