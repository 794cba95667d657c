package cloud

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/smithy-go/logging"
)

// sdkLog takes what the SDK says of itself into the program's own log, which is one JSON
// object a line. Nil takes nothing.
type sdkLog struct{ log *slog.Logger }

// Logf implements logging.Logger.
func (l sdkLog) Logf(class logging.Classification, format string, values ...any) {
	if l.log == nil {
		return
	}
	level := slog.LevelDebug
	if class == logging.Warn {
		level = slog.LevelWarn
	}
	l.log.Log(context.Background(), level, "AWS SDK", "says", fmt.Sprintf(format, values...))
}
