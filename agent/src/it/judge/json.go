package judge

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// dialect says which JSON values are allowed beside objects, lists, strings and integers below 2^53.
type dialect struct {
	booleans bool
}

var (
	leafDialect = dialect{}
	bodyDialect = dialect{booleans: true}
)

const maxDepth = 32

// parseCanonical reads bytes that are in RFC 8785 form, and refuses all others: white space, keys out of
// order or twice, strings not in NFC or escaped otherwise than section 3.2.2.2 says, floats, null.
// Integers come back as int64.
func parseCanonical(raw []byte, allowed dialect) (interface{}, error) {
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("not UTF-8")
	}
	r := &canonReader{raw: raw, allowed: allowed}
	value, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if r.at != len(raw) {
		return nil, fmt.Errorf("bytes after the JSON value at %d", r.at)
	}
	return value, nil
}

type canonReader struct {
	raw     []byte
	at      int
	allowed dialect
}

func (r *canonReader) peek() byte {
	if r.at < len(r.raw) {
		return r.raw[r.at]
	}
	return 0
}

func (r *canonReader) take(c byte) bool {
	if r.at < len(r.raw) && r.raw[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *canonReader) wrong(what string) error {
	return fmt.Errorf("not canonical JSON at byte %d: %s", r.at, what)
}

func (r *canonReader) value(depth int) (interface{}, error) {
	if depth > maxDepth {
		return nil, r.wrong("nested too deep")
	}
	switch c := r.peek(); {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.list(depth)
	case c == '"':
		return r.text()
	case c == '-' || c >= '0' && c <= '9':
		return r.integer()
	}
	for word, value := range map[string]bool{"true": true, "false": false} {
		if r.allowed.booleans && len(r.raw)-r.at >= len(word) && string(r.raw[r.at:r.at+len(word)]) == word {
			r.at += len(word)
			return value, nil
		}
	}
	return nil, r.wrong("expected an object, list, string or integer")
}

func (r *canonReader) object(depth int) (interface{}, error) {
	r.at++
	fields := map[string]interface{}{}
	var last []uint16
	for n := 0; !r.take('}'); n++ {
		if n > 0 && !r.take(',') {
			return nil, r.wrong("expected , or }")
		}
		key, err := r.text()
		if err != nil {
			return nil, err
		}
		units := utf16.Encode([]rune(key))
		if n > 0 && !less(last, units) {
			return nil, r.wrong(fmt.Sprintf("key %q is twice or out of order", key))
		}
		last = units
		if !r.take(':') {
			return nil, r.wrong("expected :")
		}
		if fields[key], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// less compares by UTF-16 code units, the order of RFC 8785 section 3.2.3.
func less(a, b []uint16) bool {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return len(a) < len(b)
}

func (r *canonReader) list(depth int) (interface{}, error) {
	r.at++
	items := []interface{}{}
	for !r.take(']') {
		if len(items) > 0 && !r.take(',') {
			return nil, r.wrong("expected , or ]")
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (r *canonReader) integer() (interface{}, error) {
	start := r.at
	r.take('-')
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	text := string(r.raw[start:r.at])
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text || n >= 1<<53 || n <= -(1<<53) {
		return nil, r.wrong(fmt.Sprintf("%q is no integer below 2^53 in its shortest form", text))
	}
	return n, nil
}

// short are the escapes that have a letter; other control characters are written \u00xx.
var short = map[byte]byte{'b': '\b', 't': '\t', 'n': '\n', 'f': '\f', 'r': '\r', '"': '"', '\\': '\\'}

func (r *canonReader) text() (string, error) {
	if !r.take('"') {
		return "", r.wrong("expected a string")
	}
	var out []byte
	for {
		if r.at >= len(r.raw) || r.raw[r.at] < 0x20 {
			return "", r.wrong("string does not end, or holds a bare control character")
		}
		c := r.raw[r.at]
		r.at++
		switch c {
		case '"':
			if !norm.NFC.IsNormal(out) {
				return "", r.wrong(fmt.Sprintf("string %q is not in NFC", out))
			}
			return string(out), nil
		case '\\':
			decoded, err := r.escape()
			if err != nil {
				return "", err
			}
			out = append(out, decoded)
		default:
			out = append(out, c)
		}
	}
}

func (r *canonReader) escape() (byte, error) {
	letter := r.peek()
	if plain, isShort := short[letter]; isShort {
		r.at++
		return plain, nil
	}
	if letter == 'u' && r.at+5 <= len(r.raw) {
		digits := string(r.raw[r.at+1 : r.at+5])
		n, err := strconv.ParseUint(digits, 16, 16)
		if err == nil && n < 0x20 && fmt.Sprintf("%04x", n) == digits && !hasShort(byte(n)) {
			r.at += 5
			return byte(n), nil
		}
	}
	return 0, r.wrong("an escape that the canonical form does not write")
}

func hasShort(c byte) bool {
	for _, plain := range short {
		if plain == c {
			return true
		}
	}
	return false
}
