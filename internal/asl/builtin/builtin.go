// Package builtin is what the intrinsic functions of the states language and the
// functions that Step Functions adds to JSONata have in common.
package builtin

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
)

// Hash answers the digest of a text in hexadecimal digits. ok is false for an
// algorithm that is not MD5, SHA-1, SHA-256, SHA-384 or SHA-512, in exactly these
// words.
func Hash(algorithm, text string) (digest string, ok bool) {
	data := []byte(text)
	var sum []byte
	switch algorithm {
	case "MD5":
		d := md5.Sum(data)
		sum = d[:]
	case "SHA-1":
		d := sha1.Sum(data)
		sum = d[:]
	case "SHA-256":
		d := sha256.Sum256(data)
		sum = d[:]
	case "SHA-384":
		d := sha512.Sum384(data)
		sum = d[:]
	case "SHA-512":
		d := sha512.Sum512(data)
		sum = d[:]
	default:
		return "", false
	}
	return hex.EncodeToString(sum), true
}

// UUID makes a version 4 UUID of 122 of the 128 bits that rand gives.
func UUID(rand func() uint64) string {
	high, low := rand(), rand()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff)
}
