package notification

import "context"

// Waking answers an Outbox that calls wake after each Add, so that a Dispatcher need not
// look again and again.
func Waking(o Outbox, wake func()) Outbox { return waking{o, wake} }

type waking struct {
	Outbox
	wake func()
}

func (w waking) Add(ctx context.Context, n Notification) error {
	err := w.Outbox.Add(ctx, n)
	w.wake() // on an error too: whether it was stored is not known
	return err
}
