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

func TestACrashAtEveryWriteOfAnOrder(t *testing.T) {
	storetest.RunOrderCrashes(t, func(t *testing.T, c *storetest.Crash) order.Store { return dynamo.NewOrders(crashing(t, c)) })
}

// crashing is a table whose writes are lost as the crash says.
func crashing(t *testing.T, c *storetest.Crash) *dynamo.Table {
	return dynamotest.Table(t, dynamotest.OverWire(1, func(operation string) dynamotest.Fate {
		if !isWrite(operation) {
			return dynamotest.Fate{}
		}
		lost, arrived := c.Write()
		return dynamotest.Fate{LoseRequest: lost, LoseAnswer: arrived != nil, After: arrived}
	}))
}
