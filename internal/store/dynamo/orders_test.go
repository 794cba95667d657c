package dynamo_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/saga/order"
	"github.com/vacancy/vacancy/internal/store/dynamo"
	"github.com/vacancy/vacancy/internal/store/dynamo/dynamotest"
	"github.com/vacancy/vacancy/internal/store/storetest"
)

func orders(t *testing.T) order.Store { return dynamo.NewOrders(dynamotest.Table(t)) }

func TestOrders(t *testing.T) { storetest.RunOrders(t, orders) }

func TestOrdersAtOnce(t *testing.T) { storetest.RunOrdersAtOnce(t, orders, 200) }
