package batch

// SetChunkRows makes chunks smaller, so that a small file has several.
func (s *Service) SetChunkRows(n int) { s.chunkRows = n }
