// Package dynamo keeps everything in one DynamoDB table: [Store] is a booking.Store.
//
// The table has a partition key pk and a sort key sk. pk is an id, or a name that is made
// of one; sk says what the item is. Indexes are overloaded and sparse: an item is in index
// n while it has the attributes gsi<n>pk and gsi<n>sk. docs/dynamodb.md lists the access
// patterns, the keys and an example of each item.
//
// # What other stores build on
//
// [Table] is the table. [Table.Get] and [Table.GetAll] read consistently and answer
// [Stored] items. [Change] reads, decides and writes: its function reads what it needs,
// lets the domain decide, and answers a [Transaction] in which every item is written on
// the condition that it is as it was read. When one is not, Change calls the function
// again. So a decision is made on what is true when it takes effect, and nothing is locked.
// [Table.Query] reads ranges of an index, several partitions merged into one order.
package dynamo
