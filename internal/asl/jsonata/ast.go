package jsonata

// nodeKind says what a node of the syntax tree is.
type nodeKind uint8

const (
	endNode nodeKind = iota // the end of the expression, where something was expected
	nameNode
	stringNode
	numberNode
	valueNode // true, false, null
	variableNode
	regexNode
	operatorNode // an operator that stands where a term is expected: ?, and, or, in
	wildcardNode
	descendantNode
	parentNode
	binaryNode
	bindNode
	applyNode
	negateNode
	arrayNode
	objectNode
	functionNode
	partialNode
	lambdaNode
	thunkNode // a call in tail position: it is made when the lambda has returned
	conditionNode
	blockNode
	transformNode
	pathNode
	sortNode
)

// node is one node of the syntax tree. The parser makes it, resolve turns chains
// of "." and "[" into paths of steps, and from then on it never changes.
type node struct {
	kind nodeKind
	pos  int    // offset of the token it was made from
	text string // name, operator or string
	num  float64
	lit  any // of a valueNode

	lhs, rhs, third *node
	items           []*node    // steps, arguments, elements, statements
	pairs           [][2]*node // of an object constructor or a grouping
	terms           []sortTerm
	group           *grouping
	predicates      []stage // filters of a node that is no step
	stages          []stage // filters and index bindings of a step
	params          []string
	signature       *signature
	regex           *pattern

	keepArray     bool // "[]" follows: a sequence of one stays an array
	keepSingleton bool // of a path, one of whose steps has keepArray
	consArray     bool // an array constructor that stays one value
	tuple         bool // the step carries bindings along
	focus, index  string
	ancestor      *slot   // the label under which "%" finds what this step was applied to
	slot          *slot   // of a parentNode
	seeking       []*slot // parents that are still to be found further up
}

type sortTerm struct {
	descending bool
	expr       *node
}

type grouping struct {
	pairs [][2]*node
	pos   int
}

// stage is a filter, or a binding of the position to a variable.
type stage struct {
	filter *node
	index  string
}

// slot is what a "%" refers to: the step that is level steps up.
type slot struct {
	label string
	level int
}
