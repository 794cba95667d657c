package jsonata

// call reads the arguments of a call, of a partial application or, after the
// name "function", the parameters and the body of a lambda.
func (p *parser) call(n, procedure *node) (*node, error) {
	n.kind = functionNode
	n.text = ""
	for !p.isOperator(")") {
		if p.isOperator("?") {
			n.kind = partialNode
			n.items = append(n.items, &node{kind: operatorNode, pos: p.tok.pos, text: "?"})
			if err := p.advance(false); err != nil {
				return nil, err
			}
		} else {
			arg, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, arg)
		}
		if !p.isOperator(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
	}
	if err := p.expect(")", true); err != nil {
		return nil, err
	}
	if procedure.kind == nameNode && (procedure.text == "function" || procedure.text == "λ") {
		return p.lambda(n)
	}
	return n, nil
}

func (p *parser) lambda(n *node) (*node, error) {
	for i, arg := range n.items {
		if arg.kind != variableNode {
			return nil, &SyntaxError{Code: "S0208", Offset: arg.pos, token: arg.text, value: float64(i + 1)}
		}
		n.params = append(n.params, arg.text)
	}
	n.kind, n.items, n.lhs = lambdaNode, nil, nil
	if p.isOperator("<") {
		if err := p.lambdaSignature(n); err != nil {
			return nil, err
		}
	}
	if err := p.expect("{", false); err != nil {
		return nil, err
	}
	var err error
	if n.rhs, err = p.expression(0); err != nil {
		return nil, err
	}
	return n, p.expect("}", false)
}

func (p *parser) lambdaSignature(n *node) error {
	start := p.tok.pos
	depth := 1
	text := "<"
	for depth > 0 && !p.isOperator("{") && p.tok.kind != endToken {
		if err := p.advance(false); err != nil {
			return err
		}
		switch {
		case p.isOperator(">"):
			depth--
		case p.isOperator("<"):
			depth++
		}
		if p.tok.kind != endToken {
			text += p.tok.text
		}
	}
	if err := p.expect(">", false); err != nil {
		return err
	}
	sig, err := parseSignature(text)
	if err != nil {
		err.Offset += start
		return err
	}
	n.signature = sig
	return nil
}
