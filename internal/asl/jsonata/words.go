package jsonata

import (
	"math"
	"strings"
)

var (
	smallWords = []string{
		"Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
		"Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
	}
	smallOrdinals = []string{
		"Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh",
		"Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth",
	}
	tensWords  = []string{"Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"}
	magnitudes = []string{"Thousand", "Million", "Billion", "Trillion"}
)

// integerWords writes an integer in English words.
func integerWords(value float64, ordinal bool) string {
	return joinedWords(value, false, ordinal)
}

// joinedWords writes the words of value; joined, they follow others.
func joinedWords(value float64, joined, ordinal bool) string {
	lead := func(s string) string {
		if joined {
			return s
		}
		return ""
	}
	suffix := func(rest float64) string {
		switch {
		case rest > 0:
			return joinedWords(rest, true, ordinal)
		case ordinal:
			return "th"
		}
		return ""
	}
	switch {
	case value <= 19:
		if ordinal {
			return lead(" and ") + smallOrdinals[int(value)]
		}
		return lead(" and ") + smallWords[int(value)]
	case value < 100:
		tens := tensWords[int(value)/10-2]
		switch rest := int(value) % 10; {
		case rest > 0:
			return lead(" and ") + tens + "-" + joinedWords(float64(rest), false, ordinal)
		case ordinal:
			return lead(" and ") + tens[:len(tens)-1] + "ieth"
		}
		return lead(" and ") + tens
	case value < 1000:
		return lead(", ") + smallWords[int(value)/100] + " Hundred" + suffix(math.Mod(value, 100))
	}
	magnitude := min(int(math.Floor(math.Log10(value)/3)), len(magnitudes))
	factor := math.Pow10(magnitude * 3)
	whole := math.Floor(value / factor)
	return lead(", ") + joinedWords(whole, false, false) + " " + magnitudes[magnitude-1] + suffix(value-whole*factor)
}

// wordValues are the values of the words that integerWords writes, in lower case.
var wordValues = func() map[string]float64 {
	values := map[string]float64{"hundred": 100, "hundredth": 100}
	for i := range smallWords {
		values[strings.ToLower(smallWords[i])] = float64(i)
		values[strings.ToLower(smallOrdinals[i])] = float64(i)
	}
	for i, word := range tensWords {
		word = strings.ToLower(word)
		values[word] = float64(i+2) * 10
		values[word[:len(word)-1]+"ieth"] = values[word]
	}
	for i, word := range magnitudes {
		word = strings.ToLower(word)
		values[word] = math.Pow10((i + 1) * 3)
		values[word+"th"] = values[word]
	}
	return values
}()

// wordsValue reads an integer in English words.
func wordsValue(text string) float64 {
	segments := []float64{0}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,-\t\n\r\\", r) }) {
		if word == "and" {
			continue
		}
		v, ok := wordValues[word]
		if !ok {
			return math.NaN()
		}
		last := len(segments) - 1
		switch {
		case v >= 100:
			segments[last] *= v
		case segments[last] >= 1000:
			segments = append(segments, v)
		default:
			segments[last] += v
		}
	}
	total := 0.0
	for _, s := range segments {
		total += s
	}
	return total
}
