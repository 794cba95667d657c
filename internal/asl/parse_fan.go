package asl

import (
	"encoding/json"
)

func (c *compiler) compileParallel(s *state, n *node) {
	branches := n.member["Branches"]
	if branches == nil || branches.kind != arrayNode || len(branches.items) == 0 {
		c.problem(n, "Branches must be a non-empty array of state machines")
		return
	}
	for _, b := range branches.items {
		if c.isObject(b, "a branch") {
			c.onlyFields(b, "a branch", "StartAt", "States", "Comment", "QueryLanguage")
			s.branches = append(s.branches, c.compileGraph(b))
		}
	}
}

func (c *compiler) compileMap(s *state, n *node) {
	processor := n.member["ItemProcessor"]
	if processor == nil {
		processor = n.member["Iterator"]
	}
	if processor == nil || processor.kind != objectNode {
		c.problem(n, "a Map needs an ItemProcessor, the state machine for one item")
		return
	}
	if n.member["ItemProcessor"] != nil && n.member["Iterator"] != nil {
		c.problem(n.member["Iterator"], "a Map has an ItemProcessor or, as it was called before, an Iterator, not both")
	}
	c.onlyFields(processor, "an item processor", "StartAt", "States", "Comment", "ProcessorConfig", "QueryLanguage")
	s.distributed, s.reads = c.isDistributed(processor), n.member["ItemReader"] != nil
	s.branches = []*graph{c.compileGraph(processor)}
	if c.jsonata {
		s.items = c.templateField(n, "Items")
	} else {
		s.itemsPath = c.path(n, "ItemsPath")
	}
	if s.itemSelector = c.templateField(n, "ItemSelector"); s.itemSelector == nil && !c.jsonata {
		s.itemSelector, s.parameters = s.parameters, nil
	}
	s.concurrency = c.seconds(n, "MaxConcurrency", 0)
	s.toleratedCount = c.seconds(n, "ToleratedFailureCount", 0)
	s.toleratedShare = c.share(n, "ToleratedFailurePercentage")
	if b := n.member["ItemBatcher"]; b != nil && c.isObject(b, "an ItemBatcher") {
		if !s.distributed {
			c.problem(b, "only a Map with the mode DISTRIBUTED has an ItemBatcher")
		}
		c.onlyFields(b, "an ItemBatcher", "MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", "BatchInput")
		s.batcher = &batcher{maxItems: c.seconds(b, "MaxItemsPerBatch", 1), maxBytes: c.seconds(b, "MaxInputBytesPerBatch", 1), input: c.templateField(b, "BatchInput")}
		if !s.batcher.maxItems.set && !s.batcher.maxBytes.set {
			c.problem(b, "an ItemBatcher needs MaxItemsPerBatch, MaxInputBytesPerBatch or both")
		}
	}
}

// isDistributed reads the ProcessorConfig.
func (c *compiler) isDistributed(processor *node) bool {
	config := processor.member["ProcessorConfig"]
	if config == nil || !c.isObject(config, "a ProcessorConfig") {
		return false
	}
	c.onlyFields(config, "a ProcessorConfig", "Mode", "ExecutionType")
	mode := config.member["Mode"]
	if mode == nil || mode.value == "INLINE" {
		return false
	}
	if mode.value != "DISTRIBUTED" {
		c.problem(mode, "the Mode is INLINE or DISTRIBUTED")
		return false
	}
	switch kind := config.member["ExecutionType"]; {
	case kind == nil:
		c.problem(config, "a distributed Map needs an ExecutionType")
		c.suggest("add STANDARD or EXPRESS")
	case kind.value != "STANDARD" && kind.value != "EXPRESS":
		c.problem(kind, "the ExecutionType is STANDARD or EXPRESS")
	}
	return true
}

// share answers a field in percent, which need not be whole.
func (c *compiler) share(n *node, field string) secondsField {
	own := n.member[field]
	if own == nil || n.member[field+"Path"] != nil {
		return c.seconds(n, field, 0)
	}
	if _, isNumber := own.value.(json.Number); !isNumber {
		return c.seconds(n, field, 0)
	}
	percent, ok := number(own.value, "float")
	if !ok || percent < 0 || percent > 100 {
		c.problem(own, "%s must be a number from 0 to 100", field)
	}
	return secondsField{name: field, constant: percent, set: true}
}
