package jsonata

// maxNesting bounds how deep an expression nests while it is read. Step Functions
// evaluates no deeper than maxDepth, so what is refused here could not run.
const maxNesting = 500

// parser is an operator precedence parser: bindingPower decides how far each
// operand reaches.
type parser struct {
	lex   lexer
	tok   token
	depth int
}

func parse(src string) (*node, error) {
	p := &parser{lex: lexer{src: src}}
	if err := p.advance(false); err != nil {
		return nil, err
	}
	n, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != endToken {
		return nil, p.unexpected("S0201")
	}
	return n, nil
}

func (p *parser) advance(infix bool) error {
	tok, err := p.lex.next(infix)
	p.tok = tok
	if err == nil && (p.isOperator("!") || p.isOperator("~")) {
		return p.unexpected("S0204")
	}
	return err
}

func (p *parser) unexpected(code string) error {
	return &SyntaxError{Code: code, Offset: p.tok.pos, token: p.tok.shown()}
}

// shown is the token as messages quote it.
func (t token) shown() any {
	switch t.kind {
	case numberToken:
		return t.num
	case valueToken:
		return t.lit
	case endToken:
		return "(end)"
	case regexToken:
		return map[string]any{}
	}
	return t.text
}

func (p *parser) isOperator(op string) bool {
	return p.tok.kind == operatorToken && p.tok.text == op
}

// expect takes an operator.
func (p *parser) expect(op string, infix bool) error {
	if !p.isOperator(op) {
		code := "S0202"
		if p.tok.kind == endToken {
			code = "S0203"
		}
		return &SyntaxError{Code: code, Offset: p.tok.pos, token: p.tok.shown(), value: op}
	}
	return p.advance(infix)
}

// expression reads an operand and every operator after it that binds more
// tightly than power.
func (p *parser) expression(power int) (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, &SyntaxError{Code: "S0500", Offset: p.tok.pos, detail: "the expression nests too deeply"}
	}
	defer func() { p.depth-- }()
	tok := p.tok
	if err := p.advance(true); err != nil {
		return nil, err
	}
	left, err := p.prefix(tok)
	if err != nil {
		return nil, err
	}
	for p.tok.kind == operatorToken && power < bindingPower[p.tok.text] {
		tok := p.tok
		if err := p.advance(false); err != nil {
			return nil, err
		}
		if left, err = p.infix(tok, left); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// prefix makes a node of a token that begins an operand.
func (p *parser) prefix(t token) (*node, error) {
	n := &node{pos: t.pos, text: t.text}
	switch t.kind {
	case endToken:
		n.kind = endNode
	case nameToken:
		n.kind = nameNode
	case variableToken:
		n.kind = variableNode
	case stringToken:
		n.kind = stringNode
	case numberToken:
		n.kind, n.num = numberNode, t.num
	case valueToken:
		n.kind, n.lit = valueNode, t.lit
	case regexToken:
		n.kind, n.regex = regexNode, t.regex
	default:
		return p.prefixOperator(t, n)
	}
	return n, nil
}

func (p *parser) prefixOperator(t token, n *node) (*node, error) {
	var err error
	switch t.text {
	case "and", "or", "in":
		n.kind = operatorNode
	case "*":
		n.kind = wildcardNode
	case "**":
		n.kind = descendantNode
	case "%":
		n.kind = parentNode
	case "-":
		n.kind = negateNode
		n.lhs, err = p.expression(70)
	case "(":
		n.kind = blockNode
		err = p.block(n)
	case "[":
		n.kind = arrayNode
		err = p.array(n)
	case "{":
		n.kind = objectNode
		n.pairs, err = p.pairs()
	case "|":
		n.kind = transformNode
		err = p.transform(n)
	default:
		return nil, &SyntaxError{Code: "S0211", Offset: t.pos, token: t.text}
	}
	return n, err
}

// infix makes a node of an operator and the operand on its left.
func (p *parser) infix(t token, left *node) (*node, error) {
	n := &node{kind: binaryNode, pos: t.pos, text: t.text, lhs: left}
	var err error
	switch t.text {
	case "(":
		return p.call(n, left)
	case "[":
		return p.filter(n, left)
	case "{":
		n.pairs, err = p.pairs()
	case "^":
		err = p.orderBy(n)
	case ":=":
		if left.kind != variableNode {
			return nil, &SyntaxError{Code: "S0212", Offset: left.pos, token: left.text}
		}
		n.rhs, err = p.expression(bindingPower[":="] - 1)
	case "@", "#":
		n.rhs, err = p.expression(bindingPower[t.text])
		if err == nil && n.rhs.kind != variableNode {
			err = &SyntaxError{Code: "S0214", Offset: n.rhs.pos, token: t.text}
		}
	case "?":
		n.kind = conditionNode
		if n.rhs, err = p.expression(0); err == nil && p.isOperator(":") {
			if err = p.advance(false); err == nil {
				n.third, err = p.expression(0)
			}
		}
	case ".", "+", "-", "*", "/", "%", "=", "<", ">", "!=", "<=", ">=", "&", "and", "or", "in", "~>":
		n.rhs, err = p.expression(bindingPower[t.text])
	default:
		return nil, &SyntaxError{Code: "S0201", Offset: t.pos, token: t.text}
	}
	return n, err
}

func (p *parser) block(n *node) error {
	for !p.isOperator(")") {
		item, err := p.expression(0)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
		if !p.isOperator(";") {
			break
		}
		if err := p.advance(false); err != nil {
			return err
		}
	}
	return p.expect(")", true)
}

func (p *parser) array(n *node) error {
	for !p.isOperator("]") {
		item, err := p.expression(0)
		if err != nil {
			return err
		}
		if p.isOperator("..") {
			span := &node{kind: binaryNode, pos: p.tok.pos, text: "..", lhs: item}
			if err := p.advance(false); err != nil {
				return err
			}
			if span.rhs, err = p.expression(0); err != nil {
				return err
			}
			item = span
		}
		n.items = append(n.items, item)
		if !p.isOperator(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return err
		}
	}
	return p.expect("]", true)
}

func (p *parser) pairs() ([][2]*node, error) {
	var pairs [][2]*node
	for !p.isOperator("}") {
		key, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if err := p.expect(":", false); err != nil {
			return nil, err
		}
		value, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]*node{key, value})
		if !p.isOperator(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
	}
	return pairs, p.expect("}", true)
}

func (p *parser) transform(n *node) error {
	var err error
	if n.lhs, err = p.expression(0); err != nil {
		return err
	}
	if err := p.expect("|", false); err != nil {
		return err
	}
	if n.rhs, err = p.expression(0); err != nil {
		return err
	}
	if p.isOperator(",") {
		if err := p.advance(false); err != nil {
			return err
		}
		if n.third, err = p.expression(0); err != nil {
			return err
		}
	}
	return p.expect("|", false)
}

// filter reads a predicate, or "[]", which keeps a sequence of one an array.
func (p *parser) filter(n, left *node) (*node, error) {
	if p.isOperator("]") {
		step := left
		for step.kind == binaryNode && step.text == "[" {
			step = step.lhs
		}
		step.keepArray = true
		return left, p.advance(false)
	}
	var err error
	if n.rhs, err = p.expression(0); err != nil {
		return nil, err
	}
	return n, p.expect("]", true)
}

func (p *parser) orderBy(n *node) error {
	if err := p.expect("(", false); err != nil {
		return err
	}
	for {
		var term sortTerm
		if p.isOperator("<") || p.isOperator(">") {
			term.descending = p.isOperator(">")
			if err := p.advance(false); err != nil {
				return err
			}
		}
		var err error
		if term.expr, err = p.expression(0); err != nil {
			return err
		}
		n.terms = append(n.terms, term)
		if !p.isOperator(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return err
		}
	}
	return p.expect(")", false)
}
