package bench

import (
	"os"
	"path/filepath"
	"time"
)

// syncsPerSecond measures how often a second this disk makes a page of 4 KiB durable
// when asked by one writer, as a database asks that commits each write by itself. It
// writes round a file of 4 MiB, as a write-ahead log that is checkpointed does.
func syncsPerSecond(dir string, duration time.Duration) (float64, error) {
	const page, pages = 4096, 1024
	file, err := os.Create(filepath.Join(dir, "syncs"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	defer func() { _ = file.Close() }()
	buffer := make([]byte, page)
	syncs := 0
	began := time.Now()
	for ; time.Since(began) < duration; syncs++ {
		buffer[0]++
		if _, err := file.WriteAt(buffer, int64(syncs%pages)*page); err != nil {
			return 0, err
		}
		if err := file.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(syncs) / time.Since(began).Seconds(), nil
}
