package sfnapi

import (
	"context"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/vacancy/vacancy/internal/workflow/catalog"
)

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Limits of tags (AWS Step Functions API Reference, Tag and TagResource).
const (
	maxTags     = 50
	maxTagKey   = 128 // characters
	maxTagValue = 256 // characters
)

// newTags answers the tags with some more.
func newTags(present map[string]string, more []tag) (map[string]string, error) {
	tags := maps.Clone(present)
	for _, t := range more {
		if n := utf8.RuneCountInString(t.Key); n == 0 || n > maxTagKey || utf8.RuneCountInString(t.Value) > maxTagValue {
			return nil, refuse(validation, "1 validation error detected: Value '%s' at 'tags' failed to satisfy constraint: a key has from 1 to %d characters, a value at most %d", t.Key, maxTagKey, maxTagValue)
		}
		if tags == nil {
			tags = map[string]string{}
		}
		tags[t.Key] = t.Value
	}
	if len(tags) > maxTags {
		return nil, refuse(tooManyTags, "a resource has at most %d tags, it would have %d", maxTags, len(tags))
	}
	return tags, nil
}

type tagResourceInput struct {
	ResourceARN *string `json:"resourceArn"`
	Tags        []tag
}

func (s *Server) tagResource(ctx context.Context, in tagResourceInput) (struct{}, error) {
	return struct{}{}, s.changeTags(ctx, in.ResourceARN, func(tags map[string]string) (map[string]string, error) {
		return newTags(tags, in.Tags)
	})
}

type untagResourceInput struct {
	ResourceARN *string `json:"resourceArn"`
	TagKeys     []string
}

func (s *Server) untagResource(ctx context.Context, in untagResourceInput) (struct{}, error) {
	return struct{}{}, s.changeTags(ctx, in.ResourceARN, func(tags map[string]string) (map[string]string, error) {
		tags = maps.Clone(tags)
		maps.DeleteFunc(tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
		return tags, nil
	})
}

func (s *Server) changeTags(ctx context.Context, arn *string, change func(map[string]string) (map[string]string, error)) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	m, err := s.taggedMachine(arn)
	if err != nil {
		return err
	}
	if m.Tags, err = change(m.Tags); err != nil {
		return err
	}
	if err := s.cfg.Catalog.PutStateMachine(ctx, m); err != nil {
		return err
	}
	s.remember(m)
	return nil
}

type listTagsForResourceInput struct {
	ResourceARN *string `json:"resourceArn"`
}

type listTagsForResourceOutput struct {
	Tags []tag `json:"tags"`
}

func (s *Server) listTagsForResource(_ context.Context, in listTagsForResourceInput) (listTagsForResourceOutput, error) {
	out := listTagsForResourceOutput{Tags: []tag{}}
	m, err := s.taggedMachine(in.ResourceARN)
	if err != nil {
		return out, err
	}
	for _, key := range slices.Sorted(maps.Keys(m.Tags)) {
		out.Tags = append(out.Tags, tag{key, m.Tags[key]})
	}
	return out, nil
}

func (s *Server) taggedMachine(resource *string) (catalog.StateMachine, error) {
	var c checks
	arn := c.required(resource, "resourceArn", maxARN)
	if err := c.fault(); err != nil {
		return catalog.StateMachine{}, err
	}
	name, _, err := machineOf(arn)
	if err != nil {
		return catalog.StateMachine{}, err
	}
	m, ok := s.lookUp(name)
	if !ok {
		return m, refuse(resourceNotFound, "Resource not found: '%s'", arn)
	}
	return m, nil
}
