package notification_test

import (
	"testing"

	"github.com/vacancy/vacancy/internal/notification"
	"github.com/vacancy/vacancy/internal/notification/notificationtest"
)

func TestMemory(t *testing.T) {
	notificationtest.Run(t, func(*testing.T) notificationtest.Harness {
		return notificationtest.Harness{Outbox: notification.NewMemory()}
	})
}
