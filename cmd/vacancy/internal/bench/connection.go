package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// connection is a kept-alive HTTP/1.1 connection that costs the machine as little as it
// can: the server is what is measured, and it shares the processors with its callers.
type connection struct {
	conn    net.Conn
	reader  *bufio.Reader
	head    []byte // of every request, up to the value of Content-Length
	request []byte
	body    []byte
}

// dial connects to a server, for POST requests to the path.
func dial(address, path, token string) (*connection, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	head := "POST " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAuthorization: Bearer " + token +
		"\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: "
	return &connection{conn: conn, reader: bufio.NewReaderSize(conn, 16<<10), head: []byte(head)}, nil
}

// post sends a body and answers that of the answer, which is good until the next post.
// Every status but 200 is an error.
func (c *connection) post(body []byte) ([]byte, error) {
	c.request = append(c.request[:0], c.head...)
	c.request = strconv.AppendInt(c.request, int64(len(body)), 10)
	c.request = append(c.request, "\r\n\r\n"...)
	c.request = append(c.request, body...)
	if _, err := c.conn.Write(c.request); err != nil {
		return nil, err
	}
	status, length, err := c.readHead()
	if err != nil {
		return nil, err
	}
	if length < 0 {
		c.body, err = c.readChunks()
	} else {
		c.body = append(c.body[:0], make([]byte, length)...)
		_, err = io.ReadFull(c.reader, c.body)
	}
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("the server answered %d: %.300s", status, c.body)
	}
	return c.body, nil
}

// readHead reads status and length of an answer; the length is -1 where it is chunked.
func (c *connection) readHead() (status, length int, err error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("no HTTP answer: %.40q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("no HTTP answer: %.40q", line)
	}
	length = -1
	for {
		if line, err = c.reader.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return status, length, nil
		}
		const name = "Content-Length: "
		if len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) {
			if length, err = strconv.Atoi(string(line[len(name):])); err != nil || length < 0 {
				return 0, 0, errors.New("the answer's length is no number")
			}
		}
	}
}

// readChunks reads a body in the chunked transfer coding (RFC 9112, section 7.1).
func (c *connection) readChunks() ([]byte, error) {
	body := c.body[:0]
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil || size < 0 {
			return nil, fmt.Errorf("no chunk: %.40q", line)
		}
		start := len(body)
		body = append(body, make([]byte, size+2)...) // with its line end
		if _, err := io.ReadFull(c.reader, body[start:]); err != nil {
			return nil, err
		}
		body = body[:start+int(size)]
		if size == 0 {
			return body, nil
		}
	}
}

func (c *connection) close() { _ = c.conn.Close() }
