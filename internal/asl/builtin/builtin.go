// Package builtin is what the intrinsic functions of the states language and the
// functions that Step Functions adds to JSONata have in common.
package builtin

import (
	"crypto/md5"  // #nosec G501 -- States.Hash has MD5; nothing of ours relies on it
	"crypto/sha1" // #nosec G505 -- States.Hash has SHA-1; nothing of ours relies on it
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
		d := md5.Sum(data) // #nosec G401 -- asked for by name, by States.Hash
		sum = d[:]
	case "SHA-1":
		d := sha1.Sum(data) // #nosec G401 -- asked for by name, by States.Hash
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

// Random is Java's java.util.Random, by which Step Functions makes the numbers of
// a seed.
type Random struct{ state uint64 }

const (
	multiplier = 0x5DEECE66D
	mask       = 1<<48 - 1
)

// NewRandom begins the numbers of a seed.
func NewRandom(seed int64) *Random { return &Random{state: (uint64(seed) ^ multiplier) & mask} }

func (r *Random) next(bits uint) uint64 {
	r.state = (r.state*multiplier + 0xB) & mask
	return r.state >> (48 - bits)
}

// Float64 is a number from 0 up to, but without, 1.
func (r *Random) Float64() float64 { return float64(r.next(26)<<27+r.next(27)) / (1 << 53) }

// IntN is a number from 0 up to, but without, n, which must be positive.
func (r *Random) IntN(n int64) int64 {
	if n > 1<<31-1 {
		return int64((r.next(32)<<32 + r.next(32)) % uint64(n))
	}
	if n&(n-1) == 0 {
		return n * int64(r.next(31)) >> 31
	}
	for {
		bits := int64(r.next(31))
		if value := bits % n; bits-value+n-1 < 1<<31 {
			return value
		}
	}
}
