// Package order is the domain of the move-in order: a saga of three steps,
// CreateOrder, ProcessPayment and ProcessShipment, and the compensations
// DeleteOrder, RefundPayment and CancelShipment.
//
// An [Order] is the saga's own record and, in it, one item for each step that has been
// done: what was ordered, the payment, the shipment. A forward step adds its item; its
// compensation takes the item away and, in the same transaction, notes that the step is
// undone, so that a forward step that arrives late finds the note and does nothing. A
// failed order has no items; what is left is the record of why.
//
// As in package booking the rules are pure intentions, which a [Store] applies in one
// transaction each, and around them stands the [Service]. Money is in minor units of its
// currency, times are UTC. A card number enters by [Service.Place], which exchanges it for
// a token before anything is stored or started.
package order
