package builtin

import "testing"

func TestHash(t *testing.T) {
	for algorithm, want := range map[string]string{
		"MD5":     "812f45842bc6d66ee14572ce20db8e86",
		"SHA-1":   "aaff4a450a104cd177d28d18d74485e8cae074b7",
		"SHA-256": "b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3",
		"SHA-384": "d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562",
		"SHA-512": "6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc50283731a533d30d425402d4f91316d871303aac4",
	} {
		if got, ok := Hash(algorithm, "input data"); !ok || got != want {
			t.Errorf("Hash(%s) = %s, %v; want %s", algorithm, got, ok, want)
		}
	}
	for _, algorithm := range []string{"", "md5", "SHA256", "SHA-3"} {
		if _, ok := Hash(algorithm, "input data"); ok {
			t.Errorf("Hash(%q) is not refused", algorithm)
		}
	}
}

func TestUUID(t *testing.T) {
	for bits, want := range map[uint64]string{
		0:                  "00000000-0000-4000-8000-000000000000",
		^uint64(0):         "ffffffff-ffff-4fff-bfff-ffffffffffff",
		0x0123456789abcdef: "01234567-89ab-4def-8123-456789abcdef",
	} {
		if got := UUID(func() uint64 { return bits }); got != want {
			t.Errorf("UUID of the bits %x = %s, want %s", bits, got, want)
		}
	}
}

func TestRandomIsJavas(t *testing.T) {
	if got := NewRandom(42).Float64(); got != 0.7275636800328681 {
		t.Errorf("the first double of 42 is %v", got)
	}
	r := NewRandom(42)
	for i, want := range []int64{30, 63, 48, 84, 70} {
		if got := r.IntN(100); got != want {
			t.Errorf("number %d below 100 of 42 is %d, want %d", i, got, want)
		}
	}
	for _, n := range []int64{1, 2, 3, 1 << 20, 1<<31 - 1, 1 << 31, 1<<63 - 1} {
		for seed := range int64(100) {
			if got := NewRandom(seed).IntN(n); got < 0 || got >= n {
				t.Fatalf("IntN(%d) of %d is %d", n, seed, got)
			}
		}
	}
}
