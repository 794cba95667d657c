package main

import "github.com/spf13/cobra"

// Groups of the help text.
const (
	groupTenant   = "tenant"
	groupRun      = "run"
	groupWorkflow = "workflow"
)

// commands makes every command, in the groups of the help text.
var commands = []struct {
	id       string
	commands []func(*program) *cobra.Command
}{
	{groupTenant, []func(*program) *cobra.Command{newApartments, newReserve, newPay, newExtend, newCancel, newWatch, newTrip, newOrder}},
	{groupRun, []func(*program) *cobra.Command{newServe, newImport, newNotifications, newAttention, newShipment, newRefund, newPayments, newDoctor, newLedger, newToken, newAWS, newBench}},
	{groupWorkflow, []func(*program) *cobra.Command{newWorkflow, newStep}},
}
