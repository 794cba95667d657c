package app

// Names of the state machines whose executions the services start: those of the files
// in statemachine/.
const (
	// ReservationMachine is the one that holds run.
	ReservationMachine = "reservation"
	// OrderMachine is the one of move-in orders.
	OrderMachine = "order"
	// ImportMachine is the one of atomic imports.
	ImportMachine = "import"
	// TripMachine is the one of trips.
	TripMachine = "trip"
)

// NotificationTopic is the placeholder of the topic that definitions publish
// notifications to, by SNSPublish.
const (
	NotificationTopic = "NotificationTopic"
	SNSPublish        = "arn:aws:states:::sns:publish"
)
